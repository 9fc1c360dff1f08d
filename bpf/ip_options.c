/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether IP input drops a packet for its IP options before any filter hook: malformed ones (answered with parameter problem) and
 * source routes where they are not accepted. Behaviour of ip_options_compile() and ip_rcv_options().
 */
#include "kernel.h"
#include "device.h"
#include "parse.h"

#define OPTIONS_MAX 40
#define OPTIONS_MASK 63

/*
 * The walk's own words, in the record's scratch and read back from there each time: with all that changes in map memory the verifier
 * sees one state a position. Positions count from 1; 0 = no such option.
 */
struct walk {
	__u8 length;       /* bytes of options, 4 to 40 */
	__u8 next;         /* where the next option starts, from 0 */
	__u8 twice;        /* an option came twice that may come once */
	__u8 source_route, record_route, timestamp, router_alert;
};

/* Notes where an option of these kinds starts. */
INLINE void note(volatile __u8 *place, volatile struct walk *walk, __u32 at)
{
	if (*place)
		walk->twice = 1;
	*place = at + 1;
}

/* Walks constant positions, skipping those where no option starts. Returns 1 if an option's length is wrong. */
INLINE int lengths_bad(volatile struct walk *walk, const __u8 options[OPTIONS_MASK + 1])
{
	for (__u32 at = 0; at < OPTIONS_MAX; at++) {
		__u32 kind = options[at], size = options[at + 1];

		if (at >= walk->length)
			return 0;
		if (walk->next != at)
			continue;
		if (kind == OPTION_END)
			return 0;
		if (kind == OPTION_NOOP) {
			walk->next = at + 1;
			continue;
		}
		if (size < 2 || at + size > walk->length)
			return 1;
		walk->next = at + size;
		if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE)
			note(&walk->source_route, walk, at);
		else if (kind == OPTION_RECORD_ROUTE)
			note(&walk->record_route, walk, at);
		else if (kind == OPTION_TIMESTAMP)
			note(&walk->timestamp, walk, at);
		else if (kind == OPTION_ROUTER_ALERT && size < 4)
			return 1;
	}
	return 0;
}

/* A route option has a pointer of 4 or more; one that records must have room for a whole address where it points, or be full. */
INLINE int route_bad(const __u8 options[OPTIONS_MASK + 1], __u32 position, int records)
{
	__u32 at = position - 1;
	__u32 length = options[(at + 1) & OPTIONS_MASK], pointer = options[(at + 2) & OPTIONS_MASK];

	if (!position)
		return 0;
	return length < 3 || pointer < 4 || (records && pointer <= length && pointer + 3 > length);
}

/* A timestamp option with room left must have it whole: 4 bytes, or 8 with addresses; one that is full may not have overflown 15 times. */
INLINE int timestamp_bad(const __u8 options[OPTIONS_MASK + 1], __u32 position)
{
	__u32 at = position - 1;
	__u32 length = options[(at + 1) & OPTIONS_MASK], pointer = options[(at + 2) & OPTIONS_MASK], flags = options[(at + 3) & OPTIONS_MASK];

	if (!position)
		return 0;
	if (length < 4 || pointer < 5)
		return 1;
	if (pointer > length)
		return (flags & 15) != 3 && flags >> 4 == 15;
	return pointer + 3 > length || (((flags & 15) == 1 || (flags & 15) == 3) && pointer + 7 > length);
}

/* Returns 1 where the kernel drops the packet, 0 where it goes on. */
STAGE int ip_options_refused(struct __sk_buff *ctx, struct record *r)
{
	volatile struct walk *walk = (void *)r->scratch;
	__u8 options[OPTIONS_MASK + 1] = {};
	__u32 length = r->l4_offset - r->l3_offset - IPV4_HEADER;
	void *device, *ipv4, *net;

	if (length < 4 || length > OPTIONS_MAX)
		return 0;
	if (skb_load_bytes(ctx, r->l3_offset + IPV4_HEADER, options, length))
		return 0;
	r->scratch[0] = 0;
	walk->length = length;
	if (lengths_bad(walk, options) || walk->twice)
		return 1;
	if (route_bad(options, walk->source_route, 0) || route_bad(options, walk->record_route, 1) || timestamp_bad(options, walk->timestamp))
		return 1;
	if (!walk->source_route)
		return 0;
	device = KREAD(void *, bpf_cast_to_kern_ctx(ctx), KOFF(sk_buff, dev));
	ipv4 = device ? device_ipv4(device) : 0;
	net = device ? device_net(device) : 0;
	return ipv4 && net && !devconf_both(net, ipv4, DEVCONF_ACCEPT_SOURCE_ROUTE);
}
