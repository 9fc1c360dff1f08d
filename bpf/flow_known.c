/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XDP, before a packet is dropped early: whether conntrack may know its flow, which the packet would move on even though it is dropped
 * (nf_conntrack_in() comes before the rules). Such packets are tc's. Returns 0 where there surely is no flow to move.
 */
#include "kernel.h"
#include "flow.h"
#include "flow_table.h"

STAGE int flow_known(struct xdp_md *ctx, struct record *r)
{
	struct ends ends = { .src = { r->src[0] }, .dst = { r->dst[0] }, .sport = r->sport, .dport = r->dport, .proto = r->proto };

	/* GRE: its key is more than addresses. */
	if (r->frag_offset || r->more_fragments || r->proto == PROTO_GRE)
		return 1;
	if (r->proto == PROTO_ICMP) {
		__u16 identifier = 0;

		if (icmp_query(r->icmp_type) < 0)
			return 0;
		if (xdp_load_bytes(ctx, r->l4_offset + 4, &identifier, sizeof(identifier)))
			return 0;
		ends.sport = ends.dport = NTOHS(identifier);
		ends.icmp_type = r->icmp_type;
		ends.icmp_code = r->icmp_code;
	}
	if (r->proto == PROTO_DCCP)
		ends.sport = ends.dport = 0;
	if (flow_key_of(&r->flow_key, &ends) < 0)
		return 0;
	return flow_find(&r->flow_key, flow_hash(&r->flow_key), flow_clock()) != 0;
}
