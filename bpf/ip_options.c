/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether IP input drops a packet for its IP options before any filter hook: malformed ones (answered with parameter problem) and
 * source routes where they are not accepted. Behaviour of ip_options_compile() and ip_rcv_options().
 */
#include "kernel.h"
#include "device.h"
#include "parse.h"

#define OPTIONS_MAX 40

/* Words of scratch. */
enum { NEXT = 0, SEEN = 1, LENGTH = 2 };

enum seen { SEEN_SOURCE_ROUTE = 1, SEEN_RECORD_ROUTE = 2, SEEN_TIMESTAMP = 4 };

/* A timestamp option with room left must have it whole: 4 bytes, or 8 with addresses; one that is full may not have overflown 15 times. */
INLINE int timestamp_bad(__u32 length, __u32 pointer, __u32 flags)
{
	if (length < 4 || pointer < 5)
		return 1;
	if (pointer > length)
		return (flags & 15) != 3 && flags >> 4 == 15;
	return pointer + 3 > length || (((flags & 15) == 1 || (flags & 15) == 3) && pointer + 7 > length);
}

/* One option of `length` bytes, of which `pointer` and `flags` are the third and fourth. scratch[SEEN]: kinds that may come only once. */
INLINE int option_bad(volatile __u64 *scratch, __u32 kind, __u32 length, __u32 pointer, __u32 flags)
{
	__u64 once = 0;

	if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE) {
		once = SEEN_SOURCE_ROUTE;
		if (length < 3 || pointer < 4)
			return 1;
	} else if (kind == OPTION_RECORD_ROUTE) {
		once = SEEN_RECORD_ROUTE;
		if (length < 3 || pointer < 4 || (pointer <= length && pointer + 3 > length))
			return 1;
	} else if (kind == OPTION_TIMESTAMP) {
		once = SEEN_TIMESTAMP;
		if (timestamp_bad(length, pointer, flags))
			return 1;
	} else if (kind == OPTION_ROUTER_ALERT && length < 4) {
		return 1;
	}
	if (scratch[SEEN] & once)
		return 1;
	scratch[SEEN] |= once;
	return 0;
}

/*
 * scratch[LENGTH] bytes of options (4 to 40). Returns 1 if malformed. Walks constant positions, skipping those where no option starts, with
 * all that changes in map memory, reloaded each time: so the verifier sees one state a position.
 */
INLINE int options_bad(volatile __u64 *scratch, const __u8 options[OPTIONS_MAX + 8])
{
	for (__u32 at = 0; at < OPTIONS_MAX; at++) {
		__u32 kind = options[at], size = options[at + 1];

		if (at >= scratch[LENGTH])
			return 0;
		if (scratch[NEXT] != at)
			continue;
		if (kind == OPTION_END)
			return 0;
		if (kind == OPTION_NOOP) {
			scratch[NEXT] = at + 1;
			continue;
		}
		if (size < 2 || at + size > scratch[LENGTH])
			return 1;
		if (option_bad(scratch, kind, size, options[at + 2], options[at + 3]))
			return 1;
		scratch[NEXT] = at + size;
	}
	return 0;
}

/* Returns 1 where the kernel drops the packet, 0 where it goes on. */
STAGE int ip_options_refused(struct __sk_buff *ctx, struct record *r)
{
	__u8 options[OPTIONS_MAX + 8] = {};
	__u32 length = r->l4_offset - r->l3_offset - IPV4_HEADER;
	void *device, *ipv4, *net;

	if (length < 4 || length > OPTIONS_MAX)
		return 0;
	if (skb_load_bytes(ctx, r->l3_offset + IPV4_HEADER, options, length))
		return 0;
	r->scratch[NEXT] = r->scratch[SEEN] = 0;
	r->scratch[LENGTH] = length;
	if (options_bad(r->scratch, options))
		return 1;
	if (!(r->scratch[SEEN] & SEEN_SOURCE_ROUTE))
		return 0;
	device = KREAD(void *, bpf_cast_to_kern_ctx(ctx), KOFF(sk_buff, dev));
	ipv4 = device ? device_ipv4(device) : 0;
	net = device ? device_net(device) : 0;
	return ipv4 && net && !devconf_both(net, ipv4, DEVCONF_ACCEPT_SOURCE_ROUTE);
}
