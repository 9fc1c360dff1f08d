/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The protocol of an IPv6 packet as conntrack finds it, by ipv6_skip_exthdr(). Rules with -p look by ipv6_find_hdr(), and so did whoever filled the
 * record: the two agree but for what ends the chain.
 */
#ifndef BPF_IPTABLES_PROTOCOL6_H
#define BPF_IPTABLES_PROTOCOL6_H

#include "kernel.h"
#include "packet.h"
#include "parse6.h"

/* A routing header of which no more than 2 bytes are wanted here, 4 there: what follows it lies behind the end of the packet. */
INLINE int behind_cut_routing(packet_context *ctx, struct record *r)
{
	__u32 at = r->l4_offset;
	__u8 start[2];

	if (r->proto != NEXT_ROUTING || at + 2 > (__u32)r->l3_offset + r->length || load_bytes(ctx, at, start, sizeof(start)) || is_extension(start[0]))
		return 0;
	r->proto = start[0];
	r->l4_offset = at + (start[1] + 1) * 8;
	r->l4_state |= L4_SHORT20 | L4_SHORT8 | L4_SHORT4;
	return 1;
}

/* Whether there is one. */
INLINE int protocol_found(packet_context *ctx, struct record *r)
{
	if (UNLIKELY(r->l4_state & L4_PROTO_CUT) && !behind_cut_routing(ctx, r))
		return 0;
	return r->proto != NEXT_NONE;
}

#endif
