/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The packet that an ICMP error quotes: the flow it belongs to, and what the error is to that flow. */
#ifndef BPF_IPTABLES_QUOTED_H
#define BPF_IPTABLES_QUOTED_H

#include "kernel.h"
#include "family.h"
#include "flow.h"
#include "flow_table.h"
#include "packet.h"
#include "parse.h"
#include "sender.h"

/*
 * What of the ends stands in layer 4, which begins at `offset`; `within` = bytes of the error from there. The protocol is known.
 * Returns 0, or -1 if it cannot belong to a flow.
 */
INLINE int quoted_l4(packet_context *ctx, struct ends *ends, __u32 offset, __u32 within)
{
	__u16 word[4];

	ends->sport = ends->dport = 0;
	ends->icmp_type = ends->icmp_code = 0;
	if (ends->proto == FAMILY_ICMP) {
		if (within < 8 || load_bytes(ctx, offset, word, 8))
			return -1;
		ends->icmp_type = word[0] & 0xff;
		ends->icmp_code = word[0] >> 8;
		ends->sport = ends->dport = NTOHS(word[2]);
	} else if (has_ports(ends->proto) && ends->proto != PROTO_DCCP) {
		if (within < 4 || load_bytes(ctx, offset, word, 4))
			return -1;
		ends->sport = NTOHS(word[0]);
		ends->dport = NTOHS(word[1]);
	} else if (ends->proto == PROTO_GRE && within >= 8) {
		if (load_bytes(ctx, offset, word, 8) || gre_call(word) < 0)
			return -1;
		ends->dport = gre_call(word);
	}
	return 0;
}

/*
 * nf_conntrack_inet_error(): sets ct_state to RELATED and the direction the error goes, or leaves INVALID; flow_key and ct_second are of the flow in
 * either case.
 */
INLINE void relate(packet_context *ctx, struct record *r, const struct ends *ends, __u64 now)
{
	struct flow *flow;
	int second = flow_key_of(&r->flow_key, ends), origin_second;

	if (second < 0)
		return;
	r->ct_second = !second;
	flow = flow_find(&r->flow_key, flow_hash(&r->flow_key), now);
#ifndef AT_XDP
	if (!flow && r->chain == CHAIN_OUTPUT && !sent_by_program(ctx)) {
		flow = flow_unrouted(&r->flow_key, ends->ip_id, now);
		if (flow) {
			r->flow = *flow;
			/* Begun in vain, so never confirmed; its own timeout is not known any more. */
			r->flow.expires = 0;
			r->ct_kept = 1;
		}
	}
#endif
	/* It must go back to whoever sent what it quotes. */
	if (!flow || !same_address(r->dst, ends->src))
		return;
	origin_second = (flow->status & FLOW_ORIGIN_SECOND) != 0;
	r->ct_state = CT_RELATED;
	r->ct_direction = second == origin_second ? DIRECTION_REPLY : DIRECTION_ORIGINAL;
}

#endif
