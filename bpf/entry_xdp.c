/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XDP: INPUT and FORWARD, before there is an skb. Runs under BPF_PROG_TEST_RUN only, until the XDP issue attaches it:
 * no VLANs, and the packet type is read off the destination MAC without knowing the device's own.
 * Returns enum entry_result.
 */
#include "kernel.h"
#include "chain.h"
#include "device.h"
#include "parse.h"

struct frame {
	__u16 dst_high; /* first two bytes, as a little-endian load */
	__u32 dst_low;
	__u16 src_high;
	__u32 src_low;
	__u16 type;
} __attribute__((packed));

INLINE __u32 packet_type(const struct frame *frame)
{
	if (!(frame->dst_high & 1))
		return PACKET_TO_HOST;
	return frame->dst_high == 0xffff && frame->dst_low == 0xffffffff ? PACKET_TO_ALL : PACKET_TO_GROUP;
}

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

STAGE int entry_xdp(struct xdp_md *ctx, struct record *r)
{
	struct frame *frame = PACKET_POINTER(ctx, data);
	__u8 *end = PACKET_POINTER(ctx, data_end);
	struct ipv4_header *ip = (void *)(frame + 1);
	struct routing_facts facts;
	void *rxq, *device;
	__u32 header, length;

	if ((__u8 *)(ip + 1) > end || frame->type != HTONS(ETHERTYPE_IPV4))
		return ENTRY_PASS;
	header = ipv4_header_length(ip);
	length = NTOHS(ip->total_length);
	if (ip->version_ihl >> 4 != 4 || header < IPV4_HEADER || length < header || length > (__u64)(end - (__u8 *)ip))
		return ENTRY_PASS;
	if (header == IPV4_HEADER && !sum_is_right(sum_ipv4(ip)))
		return ENTRY_PASS;
	rxq = KREAD(void *, bpf_cast_to_kern_ctx(ctx), KOFF(xdp_buff, rxq));
	device = rxq ? KREAD(void *, rxq, KOFF(xdp_rxq_info, dev)) : 0;
	if (!device)
		return ENTRY_DROP;
	facts.pkt_type = packet_type(frame);
	facts.dont_fragment = (NTOHS(ip->fragment) & IPV4_DF) != 0;
	facts.mtu_length = length;
	r->mac_src = (__u64)NTOHS(frame->src_high) << 32 | NTOHL(frame->src_low);
	r->has_mac = device_type(device) == DEVICE_ETHERNET;
	parse_ipv4(r, ip, length);
	r->l3_offset = ETH_HEADER;
	r->l4_offset = ETH_HEADER + header;
	l4(r, (__u8 *)ip + header, end, length - header);
	r->preset = 0;
	r->later_fragment = 0;
	r->in_ifindex = ctx->ingress_ifindex;
	device_name(device, r->in_name);
	r->out_ifindex = 0;
	r->out_name[0] = r->out_name[1] = 0;
	r->mark = 0;
	return select_chain(ctx, r, device, &facts);
}
