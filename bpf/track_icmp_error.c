/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An ICMP error is RELATED to the flow of the packet it quotes (nf_conntrack_inet_error()); to no flow: INVALID. */
#include "kernel.h"
#include "flow.h"
#include "flow_table.h"
#include "packet.h"
#include "parse.h"
#include "sender.h"

#define ICMP_HEADER 8

/* The ends of the packet quoted at `offset`. Returns 0, or -1 if it cannot belong to a flow. `within` = bytes of the error from there. */
INLINE int quoted_ends(packet_context *ctx, struct ends *ends, __u32 offset, __u32 within)
{
	struct ipv4_header ip;
	__u16 word[4];
	__u32 header;

	if (within < IPV4_HEADER || load_bytes(ctx, offset, &ip, sizeof(ip)))
		return -1;
	header = ipv4_header_length(&ip);
	if ((NTOHS(ip.fragment) & 0x1fff) || header > within)
		return -1;
	ends->src = NTOHL(ip.src);
	ends->dst = NTOHL(ip.dst);
	ends->proto = ip.proto;
	ends->ip_id = NTOHS(ip.id);
	ends->sport = ends->dport = 0;
	ends->icmp_type = ends->icmp_code = 0;
	within -= header;
	if (ip.proto == PROTO_ICMP) {
		if (within < 8 || load_bytes(ctx, offset + header, word, 8))
			return -1;
		ends->icmp_type = word[0] & 0xff;
		ends->icmp_code = word[0] >> 8;
		ends->sport = ends->dport = NTOHS(word[2]);
	} else if (has_ports(ip.proto) && ip.proto != PROTO_DCCP) {
		if (within < 4 || load_bytes(ctx, offset + header, word, 4))
			return -1;
		ends->sport = NTOHS(word[0]);
		ends->dport = NTOHS(word[1]);
	} else if (ip.proto == PROTO_GRE && within >= 8) {
		if (load_bytes(ctx, offset + header, word, 8) || gre_call(word) < 0)
			return -1;
		ends->dport = gre_call(word);
	}
	return 0;
}

/* Sets ct_state to RELATED and the direction the error goes, or leaves INVALID; flow_key and ct_second are of the flow in either case. Returns 0. */
STAGE int HERE(track_icmp_error)(packet_context *ctx, struct record *r, __u64 now)
{
	__u32 quote = r->l4_offset + ICMP_HEADER;
	__u32 within = r->length - (r->l4_offset - r->l3_offset) - ICMP_HEADER;
	struct ends ends;
	struct flow *flow;
	int second, origin_second;

	if (quoted_ends(ctx, &ends, quote, within))
		return 0;
	second = flow_key_of(&r->flow_key, &ends);
	if (second < 0)
		return 0;
	r->ct_second = !second;
	flow = flow_find(&r->flow_key, flow_hash(&r->flow_key), now);
#ifndef AT_XDP
	if (!flow && r->chain == CHAIN_OUTPUT && !sent_by_program(ctx)) {
		flow = flow_unrouted(&r->flow_key, ends.ip_id, now);
		if (flow) {
			r->flow = *flow;
			/* Begun in vain, so never confirmed; its own timeout is not known any more. */
			r->flow.expires = 0;
			r->ct_kept = 1;
		}
	}
#endif
	/* It must go back to whoever sent what it quotes. */
	if (!flow || r->dst[0] != ends.src)
		return 0;
	origin_second = (flow->status & FLOW_ORIGIN_SECOND) != 0;
	r->ct_state = CT_RELATED;
	r->ct_direction = second == origin_second ? DIRECTION_REPLY : DIRECTION_ORIGINAL;
	return 0;
}
