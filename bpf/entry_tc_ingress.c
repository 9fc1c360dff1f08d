/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* tc ingress: what would reach INPUT or FORWARD, parsed into the record. Returns enum entry_result. */
#include "kernel.h"
#include "chain.h"
#include "device.h"
#include "frame.h"
#include "parse.h"
#include "skb.h"
#include "stamp.h"

/* The length ip_forward() compares with the MTU: of the largest segment, for GSO packets. */
INLINE __u32 mtu_length(struct __sk_buff *ctx, struct record *r, __u32 l4_header)
{
	if (ctx->gso_size)
		return (r->l4_offset - r->l3_offset) + l4_header + ctx->gso_size;
	return r->length;
}

INLINE struct routing_facts routing_facts(struct __sk_buff *ctx, struct record *r)
{
	struct routing_facts facts = { .pkt_type = ctx->pkt_type };
	const struct ipv4_header *ip;
	__u8 *data = PACKET_POINTER(ctx, data), *end = PACKET_POINTER(ctx, data_end);
	__u32 l4_header = 8;

	ip = (void *)(data + (r->l3_offset & L3_OFFSET_MAX));
	if ((__u8 *)(ip + 1) <= end)
		facts.dont_fragment = (NTOHS(ip->fragment) & IPV4_DF) != 0;
	if (r->proto == PROTO_TCP && ctx->gso_size) {
		__u8 *tcp = data + (r->l4_offset & 511);

		if (tcp + 20 <= end)
			l4_header = (tcp[12] >> 4) * 4;
	}
	facts.mtu_length = mtu_length(ctx, r, l4_header);
	return facts;
}

int ip_options_refused(struct __sk_buff *ctx, struct record *r);

/* For another host: dropped by ip_rcv() itself, before any hook. Fragments reach conntrack only in whole datagrams. */
INLINE int unseen(struct __sk_buff *ctx, struct record *r)
{
	return ctx->pkt_type == PACKET_TO_OTHER || r->frag_offset || r->more_fragments;
}

/* Whether the TTL in the header is `ttl`: a stamped packet has come by no other hop since. */
INLINE int ttl_is(struct __sk_buff *ctx, __u32 ttl)
{
	__u8 here = 0;

	return skb_load_bytes(ctx, ETH_HEADER + __builtin_offsetof(struct ipv4_header, ttl), &here, 1) == 0 && here == ttl;
}

/* The stamp of a packet that XDP has judged on its way here, 0 for any other. */
INLINE struct stamp *stamp_of(struct __sk_buff *ctx)
{
	struct stamp *stamp = PACKET_POINTER(ctx, data_meta);

	if (LIKELY((void *)(stamp + 1) > PACKET_POINTER(ctx, data)))
		return 0;
	if (stamp->magic != STAMP_MAGIC || stamp->ifindex != ctx->ifindex || stamp->netns_cookie != value_root.netns_cookie)
		return 0;
	return ttl_is(ctx, stamp->ttl) ? stamp : 0;
}

/* What XDP found out about a packet that it rejects, for the answer. */
INLINE void take_over(struct record *r, const struct stamp *stamp)
{
	r->reject_type = stamp->reject_type;
	r->ct_state = stamp->ct_state;
	r->ct_direction = stamp->ct_direction;
	r->ct_pending = r->ct_kept = 0;
	r->flow_key.family = 0;
}

STAGE int entry_tc_ingress(struct __sk_buff *ctx, struct record *r)
{
	struct routing_facts facts;
	enum header_result headers;
	struct stamp *stamp;
	void *skb, *device;
	int result;

	if (ctx->protocol != HTONS(ETHERTYPE_IPV4) && !only_priority_tags(ctx))
		return ENTRY_PASS;
	/* A tagged frame is the VLAN device's; priority tags (VLAN 0) are taken off by IP input. */
	if (ctx->vlan_present && (ctx->vlan_tci & VLAN_ID))
		return ENTRY_PASS;
	skb = bpf_cast_to_kern_ctx(ctx);
	device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	if (!device)
		return ENTRY_DROP;
	if (!in_our_namespace(device))
		return ENTRY_PASS;
	stamp = stamp_of(ctx);
	if (stamp && stamp->verdict == VERDICT_ACCEPT)
		return ENTRY_PASS;
	if (stamp)
		take_over(r, stamp);
	if (ctx->protocol != HTONS(ETHERTYPE_IPV4))
		return ENTRY_DROP;
	headers = skb_headers(ctx, r, skb_l3_offset(skb), 1);
	if (headers != HEADERS_FINE)
		return headers == HEADERS_LOST ? ENTRY_DROP : ENTRY_PASS;
	r->preset = 0;
	r->chain = CHAIN_INPUT;
	r->in_ifindex = ctx->ifindex;
	device_name(device, r->in_name);
	r->out_ifindex = 0;
	r->out_name[0] = r->out_name[1] = 0;
	r->mark = ctx->mark;
	ethernet_source(ctx, r, device);
	facts = routing_facts(ctx, r);
	if (r->l4_offset - r->l3_offset > IPV4_HEADER && ip_options_refused(ctx, r))
		result = ENTRY_PASS;
	else
		result = select_chain(ctx, r, device, &facts);
	if (stamp)
		return result == ENTRY_JUDGE ? ENTRY_REJECTED : ENTRY_DROP;
	r->unrouted = result == ENTRY_PASS && !unseen(ctx, r);
	return r->unrouted ? ENTRY_UNROUTED : result;
}
