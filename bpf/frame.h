/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the link layer says of a packet at tc ingress. */
#ifndef BPF_IPTABLES_FRAME_H
#define BPF_IPTABLES_FRAME_H

#include "kernel.h"
#include "device.h"

#define VLAN_ID 0xfff

/* Source address of the Ethernet header, where xt_mac would see one. */
INLINE void ethernet_source(struct __sk_buff *ctx, struct record *r, void *device)
{
	__u8 *frame = PACKET_POINTER(ctx, data);
	__u8 *end = PACKET_POINTER(ctx, data_end);

	r->has_mac = 0;
	r->mac_src = 0;
	if (r->l3_offset < ETH_HEADER || device_type(device) != DEVICE_ETHERNET || frame + ETH_HEADER > end)
		return;
	r->has_mac = 1;
	r->mac_src = (__u64)NTOHS(*(__u16 *)(frame + 6)) << 32 | NTOHL(*(__u32 *)(frame + 8));
}

/*
 * Frames with a priority tag (VLAN 0) behind a priority tag: the kernel takes them all off on the way from here to IP input. No sane host
 * sends such. With a VLAN's tag behind it a frame is the VLAN device's, or nobody's.
 */
INLINE int only_priority_tags(struct __sk_buff *ctx)
{
	__u16 tag = 0;

	if (LIKELY(!ctx->vlan_present) || (ctx->vlan_tci & VLAN_ID))
		return 0;
	if (ctx->protocol != HTONS(ETHERTYPE_VLAN) && ctx->protocol != HTONS(ETHERTYPE_SERVICE_VLAN))
		return 0;
	return skb_load_bytes(ctx, ETH_HEADER, &tag, sizeof(tag)) || !(NTOHS(tag) & VLAN_ID);
}

#endif
