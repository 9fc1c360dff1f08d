/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XDP, for a packet rejected: answered at once by XDP_TX where the answer surely leaves by the device that the packet came in by, to a
 * neighbour that is known, and nothing about it is for the skb to tell; else tc answers, by the stamp. The frame is rewritten into the
 * answer, which OUTPUT judges, as at tc (reject.c). Returns an XDP code.
 */
#include "checksum.h"
#include "reject_record.h"

/* enum netdev_xdp_act (linux/netdev.h): what a veth device has while its peer polls, without which XDP_TX loses frames there. */
#define XDP_ACT_XMIT (1 << 2)
#define ICMP_QUERIES (1 << ICMP_ECHO_REPLY | 1 << ICMP_ECHO_REQUEST)

struct ethernet_header {
	__u8 dst[6];
	__u8 src[6];
	__u16 type;
};

static long (*xdp_adjust_head)(struct xdp_md *xdp, int difference) = (void *)BPF_FUNC_xdp_adjust_head;
static long (*xdp_adjust_tail)(struct xdp_md *xdp, int difference) = (void *)BPF_FUNC_xdp_adjust_tail;
static long (*xdp_store_bytes)(struct xdp_md *xdp, __u32 offset, const void *from, __u32 length) = (void *)BPF_FUNC_xdp_store_bytes;

int xdp_stamp(struct xdp_md *ctx, struct record *r);
__u32 reject_way_xdp(struct xdp_md *ctx, struct record *r, struct answer *answer);
__u32 reject_allowed_xdp(struct xdp_md *ctx, struct record *r, struct answer *answer);
__u32 reject_icmp_xdp(struct xdp_md *ctx, struct record *r, struct answer *answer);
__u32 reject_reset_xdp(struct xdp_md *ctx, struct record *r, struct answer *answer);
int sum_packet_xdp(struct xdp_md *ctx, __u32 offset, __u32 length, __u32 seed);
/* Generated: the chain OUTPUT over the record. Returns enum verdict. */
int judge_answer_xdp(struct xdp_md *ctx, struct record *r);

INLINE void *device_of(struct xdp_md *ctx)
{
	void *rxq = KREAD(void *, KERNEL_CONTEXT(ctx, xdp_buff), KOFF(xdp_buff, rxq));

	return rxq ? KREAD(void *, rxq, KOFF(xdp_rxq_info, dev)) : 0;
}

/* A whole TCP segment, UDP datagram or ICMP query: REJECT has nothing against answering it, its checksum aside. */
INLINE int plain(struct record *r)
{
	if (r->frag_offset || r->more_fragments || to_many(r))
		return 0;
	if (r->proto == PROTO_ICMP)
		return !(r->l4_state & L4_SHORT8) && r->icmp_type < 32 && (ICMP_QUERIES & 1 << r->icmp_type);
	return (r->proto == PROTO_TCP && !(r->l4_state & L4_SHORT20)) || (r->proto == PROTO_UDP && !(r->l4_state & L4_SHORT8));
}

/* Whether the checksum is right: anything else may still be so, tc knows. A UDP datagram without one is left as well. */
INLINE int checksum_right(struct xdp_md *ctx, struct record *r)
{
	__u32 length = r->length - (r->l4_offset - r->l3_offset), seed = 0;

	if (r->proto != PROTO_ICMP)
		seed = pseudo_header(r->src[0], r->dst[0], r->proto, length);
	return sum_packet_xdp(ctx, r->l4_offset, length, seed) == 0xffff;
}

/* The neighbour that the answer goes to, by the device the packet came in by. */
INLINE int neighbour(struct xdp_md *ctx, struct record *r, struct answer *answer, struct ethernet_header *header)
{
	struct bpf_fib_lookup params = { .family = FAMILY_INET, .ifindex = r->in_ifindex };

	params.ipv4_src = HTONL(answer->source);
	params.ipv4_dst = HTONL(answer->destination);
	if (fib_lookup(ctx, &params, sizeof(params), BPF_FIB_LOOKUP_OUTPUT) != BPF_FIB_LKUP_RET_SUCCESS || params.ifindex != r->in_ifindex)
		return 0;
	__builtin_memcpy(header->dst, params.dmac, 6);
	__builtin_memcpy(header->src, params.smac, 6);
	header->type = HTONS(ETHERTYPE_IPV4);
	return 1;
}

/* Bytes of the frame; from the kernel's own context, where pointers are numbers. */
INLINE int frame_length(struct xdp_md *ctx)
{
	void *xdp = bpf_cast_to_kern_ctx(ctx);

	return KREAD(__u64, xdp, KOFF(xdp_buff, data_end)) - KREAD(__u64, xdp, KOFF(xdp_buff, data));
}

/* The frame becomes the answer. Returns 0, or 1 where the driver refuses. */
INLINE int write(struct xdp_md *ctx, struct answer *answer, const struct ethernet_header *header)
{
	__u32 length = answer->length;
	int excess = frame_length(ctx) - (int)(ETH_HEADER + length);

	if (length < IPV4_HEADER || length > ANSWER_MAX)
		return 1;
	if (excess > 0 ? xdp_adjust_tail(ctx, -excess) : excess < 0 && xdp_adjust_head(ctx, excess))
		return 1;
	return xdp_store_bytes(ctx, 0, header, ETH_HEADER) || xdp_store_bytes(ctx, ETH_HEADER, answer->packet, length);
}

STAGE int xdp_reject(struct xdp_md *ctx, struct record *r)
{
	__u32 zero = 0, reset = r->reject_type == REJECT_RESET;
	struct answer *answer = map_lookup(&map_answer, &zero);
	void *device = device_of(ctx), *net = device ? device_net(device) : 0;
	struct ethernet_header header;

	if (!answer || !net || !(KREAD(__u32, device, KOFF(net_device, xdp_features)) & XDP_ACT_XMIT) || !plain(r) || !checksum_right(ctx, r))
		return xdp_stamp(ctx, r);
	answer->way = reject_way_xdp(ctx, r, answer);
	if (answer->way != WAY_OUT || answer->out_ifindex != r->in_ifindex || !neighbour(ctx, r, answer, &header))
		return xdp_stamp(ctx, r);
	answer->ttl = KREAD(__u8, net, KOFF(net, ipv4) + KOFF(netns_ipv4, sysctl_ip_default_ttl));
	if (reset ? reject_reset_xdp(ctx, r, answer) : !reject_allowed_xdp(ctx, r, answer) || reject_icmp_xdp(ctx, r, answer))
		return XDP_DROP;
	if (write(ctx, answer, &header))
		return XDP_DROP;
	record_answer(r, answer, 0);
	return judge_answer_xdp(ctx, r) == VERDICT_ACCEPT ? XDP_TX : XDP_DROP;
}
