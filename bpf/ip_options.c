/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether IP input drops a packet for its IP options before any filter hook: malformed ones (answered with parameter problem) and
 * source routes where they are not accepted. Behaviour of ip_options_compile() and ip_rcv_options().
 */
#include "kernel.h"
#include "device.h"
#include "parse.h"
#include "rounds.h"

#define OPTIONS_MAX 40
#define OPTIONS_MASK 63

/*
 * What the walk finds, in the record's scratch and read back from there each time: the verifier does not follow map memory, so it sees one
 * state a round. Positions count from 1; 0 = no such option.
 */
struct walk {
	__u8 twice;        /* an option came twice that may come once */
	__u8 source_route, record_route, timestamp;
};

/* Notes where an option of these kinds starts. */
INLINE void note(volatile __u8 *place, volatile struct walk *walk, __u32 at)
{
	if (*place)
		walk->twice = 1;
	*place = at + 1;
}

/* Walks the options. Returns 1 if an option's length is wrong. */
INLINE int lengths_bad(volatile struct walk *walk, const __u8 options[OPTIONS_MASK + 1], __u32 length)
{
	struct rounds rounds;
	__u32 at = 0;
	int bad = 0;

	rounds_begin(&rounds, OPTIONS_MAX);
	while (rounds_next(&rounds)) {
		__u32 kind, size;

		if (at >= length || at >= OPTIONS_MAX)
			break;
		kind = options[at];
		size = options[at + 1];
		if (kind == OPTION_END)
			break;
		if (kind == OPTION_NOOP) {
			at++;
			continue;
		}
		bad = size < 2 || at + size > length || (kind == OPTION_ROUTER_ALERT && size < 4);
		if (bad)
			break;
		if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE)
			note(&walk->source_route, walk, at);
		else if (kind == OPTION_RECORD_ROUTE)
			note(&walk->record_route, walk, at);
		else if (kind == OPTION_TIMESTAMP)
			note(&walk->timestamp, walk, at);
		at += size;
	}
	rounds_end(&rounds);
	return bad;
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
	if (lengths_bad(walk, options, length) || walk->twice)
		return 1;
	if (route_bad(options, walk->source_route, 0) || route_bad(options, walk->record_route, 1) || timestamp_bad(options, walk->timestamp))
		return 1;
	if (!walk->source_route)
		return 0;
	device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	ipv4 = device ? device_ipv4(device) : 0;
	net = device ? device_net(device) : 0;
	return ipv4 && net && !devconf_both(net, ipv4, DEVCONF_ACCEPT_SOURCE_ROUTE);
}
