/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* tc ingress: what would reach ip6tables' INPUT or FORWARD, parsed into the record. Returns enum entry_result. */
#include "kernel.h"
#include "chain6.h"
#include "device6.h"
#include "frame.h"
#include "skb6.h"

/* The length ip6_forward() compares with the MTU: of the largest segment, for GSO packets. */
INLINE __u32 mtu_length6(struct __sk_buff *ctx, struct record *r)
{
	__u8 tcp_length = 0;

	if (LIKELY(!ctx->gso_size))
		return r->length;
	if (r->proto != PROTO_TCP || skb_load_bytes(ctx, r->l4_offset + 12, &tcp_length, 1))
		tcp_length = 2 << 4;
	return r->l4_offset - r->l3_offset + (tcp_length >> 4) * 4 + ctx->gso_size;
}

/* Dropped before any hook, or a fragment: conntrack gets those in whole datagrams. */
INLINE int unseen6(const struct record *r)
{
	return r->frag_offset || r->more_fragments;
}

STAGE int entry_tc_ingress6(struct __sk_buff *ctx, struct record *r)
{
	struct routing_facts6 facts;
	enum header_result headers;
	struct way_in in;
	int result;

	if (ctx->protocol != HTONS(ETHERTYPE_IPV6) && !only_priority_tags(ctx))
		return ENTRY_PASS;
	/* A tagged frame is the VLAN device's; priority tags (VLAN 0) are taken off on the way to IP input. */
	if (ctx->vlan_present && (ctx->vlan_tci & VLAN_ID))
		return ENTRY_PASS;
	in.device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	if (!in.device)
		return ENTRY_DROP;
	if (!in_our_namespace(in.device))
		return ENTRY_PASS;
	if (ctx->protocol != HTONS(ETHERTYPE_IPV6))
		return ENTRY_DROP;
	in.ipv6 = device_ipv6(in.device);
	in.net = device_net(in.device);
	facts.pkt_type = ctx->pkt_type;
	if (facts.pkt_type == PACKET_TO_OTHER || !in.ipv6 || !in.net || DEVCONF6(in.ipv6, disable_ipv6))
		return ENTRY_PASS;
	in.loopback = (KREAD(__u32, in.device, KOFF(net_device, flags)) & DEVICE_IS_LOOPBACK) != 0;
	headers = skb_headers6(ctx, r, skb_l3_offset(bpf_cast_to_kern_ctx(ctx)), 1);
	if (headers != HEADERS_FINE)
		return headers == HEADERS_LOST ? ENTRY_DROP : ENTRY_PASS;
	if (addresses_wrong(r, &in, facts.pkt_type))
		return ENTRY_PASS;
	r->preset = 0;
	r->chain = CHAIN_INPUT;
	r->in_ifindex = ctx->ifindex;
	device_name(in.device, r->in_name);
	r->out_ifindex = 0;
	r->out_name[0] = r->out_name[1] = 0;
	r->mark = ctx->mark;
	ethernet_source(ctx, r, in.device);
	facts.mtu_length = mtu_length6(ctx, r);
	result = select_chain6(ctx, r, &in, &facts);
	r->unrouted = result == ENTRY_PASS && !unseen6(r);
	return r->unrouted ? ENTRY_UNROUTED : result;
}
