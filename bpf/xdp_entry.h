/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XDP: frames that are surely what tc ingress would judge by INPUT or FORWARD, parsed into the record. Whatever is not sure is left to tc.
 */
#ifndef BPF_IPTABLES_XDP_ENTRY_H
#define BPF_IPTABLES_XDP_ENTRY_H

#include "kernel.h"
#include "chain.h"
#include "device.h"
#include "parse.h"

#define MAC_MASK 0xffffffffffffull

struct frame {
	__u16 dst_high; /* first two bytes, as a little-endian load */
	__u32 dst_low;
	__u16 src_high;
	__u32 src_low;
	__u16 type;
} __attribute__((packed));

INLINE void l4(struct record *r, const __u8 *at, const __u8 *end, __u32 available)
{
	__u32 tier = l4_tier(available);

	if (r->frag_offset)
		clear_l4(r);
	else if (tier == 20 && at + 20 <= end)
		parse_l4(r, at, 20, available);
	else if (tier >= 8 && at + 8 <= end)
		parse_l4(r, at, 8, available);
	else if (tier >= 4 && at + 4 <= end)
		parse_l4(r, at, 4, available);
	else
		parse_l4(r, at, 0, available);
}

/*
 * Whether VLAN devices stand on it. The tag of a frame may be taken off by hardware (or by a veth peer), out of the frame and out of the
 * sight of XDP: on such devices nothing is sure.
 */
INLINE int carries_vlans(void *device)
{
	void *vlans;

	if (KOFF_IF_ANY(net_device, vlan_info) == NO_FIELD || KOFF_IF_ANY(vlan_info, grp) == NO_FIELD || KOFF_IF_ANY(vlan_group, nr_vlan_devs) == NO_FIELD)
		return 0;
	vlans = KREAD(void *, device, KOFF_IF_ANY(net_device, vlan_info));
	return vlans && KREAD(__u32, vlans, KOFF_IF_ANY(vlan_info, grp) + KOFF_IF_ANY(vlan_group, nr_vlan_devs)) != 0;
}

/*
 * Addressed to the device itself (eth_type_trans()). Frames to all, to a group, to another host, or to an address that was added to the
 * device's own (macvlan) are tc's matter.
 */
INLINE int addressed_to(void *device, const struct frame *frame)
{
	__u64 own = KREAD(__u64, device, KOFF(net_device, dev_addr_shadow)) & MAC_MASK;

	return own == ((__u64)frame->dst_low << 16 | frame->dst_high);
}

/* Returns enum entry_result; ENTRY_PASS = left to tc. */
INLINE int xdp_entry(struct xdp_md *ctx, struct record *r)
{
	struct frame *frame = PACKET_POINTER(ctx, data);
	__u8 *end = PACKET_POINTER(ctx, data_end);
	struct ipv4_header *ip = (void *)(frame + 1);
	struct routing_facts facts;
	void *rxq, *device;
	__u32 length;

	if ((__u8 *)(ip + 1) > end || frame->type != HTONS(ETHERTYPE_IPV4))
		return ENTRY_PASS;
	length = NTOHS(ip->total_length);
	/* IP options are looked at by tc alone. */
	if (ip->version_ihl != 0x45 || length < IPV4_HEADER || length > (__u64)(end - (__u8 *)ip) || !sum_is_right(sum_ipv4(ip)))
		return ENTRY_PASS;
	rxq = KREAD(void *, KERNEL_CONTEXT(ctx, xdp_buff), KOFF(xdp_buff, rxq));
	device = rxq ? KREAD(void *, rxq, KOFF(xdp_rxq_info, dev)) : 0;
	if (!device || device_type(device) != DEVICE_ETHERNET || !addressed_to(device, frame) || carries_vlans(device) || !in_our_namespace(device))
		return ENTRY_PASS;
	facts.pkt_type = PACKET_TO_HOST;
	facts.dont_fragment = (NTOHS(ip->fragment) & IPV4_DF) != 0;
	facts.mtu_length = length;
	r->mac_src = (__u64)NTOHS(frame->src_high) << 32 | NTOHL(frame->src_low);
	r->has_mac = 1;
	parse_ipv4(r, ip, length);
	r->l3_offset = ETH_HEADER;
	r->l4_offset = ETH_HEADER + IPV4_HEADER;
	l4(r, (__u8 *)(ip + 1), end, length - IPV4_HEADER);
	r->preset = 0;
	r->unrouted = 0;
	r->in_ifindex = ctx->ingress_ifindex;
	device_name(device, r->in_name);
	r->out_ifindex = 0;
	r->out_name[0] = r->out_name[1] = 0;
	r->mark = 0;
	/* Fragments to this host are left to tc, too. */
	return select_chain(ctx, r, device, &facts) == ENTRY_JUDGE ? ENTRY_JUDGE : ENTRY_PASS;
}

#endif
