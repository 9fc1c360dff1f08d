/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XDP with fast-forward, for a packet accepted: what FORWARD lets through of an established flow goes to its next hop at once, past the
 * stack, where it is sure what the stack would do with it; all else goes on with a stamp (xdp_stamp.c). Returns an XDP code.
 */
#include "chain.h"
#include "parse.h"

#define RP_STRICT 1
/* Buckets of net.dev_index_head, and devices of a bucket looked at. */
#define INDEX_BUCKETS 256
#define INDEX_DEPTH 4
/* enum netdev_xdp_act (linux/netdev.h): takes frames from other devices' XDP. */
#define XDP_ACT_XMIT (1 << 2)

/* linux/xfrm.h */
enum { POLICY_OUT = 1, POLICY_FORWARD = 2, POLICY_BLOCKS = 1 };

static long (*redirect_frame)(__u32 ifindex, __u64 flags) = (void *)BPF_FUNC_redirect;

int xdp_stamp(struct xdp_md *ctx, struct record *r);

/* A field of kernel memory at an address that is a mere number. */
#define PEEK(to, address) (probe_read_kernel(&(to), sizeof(to), (void *)(address)) == 0)

/* Whether the device of this index takes frames: with veth that is so while its peer polls. */
INLINE int takes_frames(struct record *r, void *net, __u32 ifindex)
{
	__u64 heads = FORGET(r, KREAD(__u64, net, KOFF(net, dev_index_head))), node = 0;
	__u32 here = 0, features = 0;

	if (!heads || !PEEK(node, heads + (ifindex & (INDEX_BUCKETS - 1)) * 8))
		return 0;
#pragma unroll
	for (int i = 0; i < INDEX_DEPTH; i++) {
		__u64 device = node - KOFF(net_device, index_hlist);

		if (!node || !PEEK(here, device + KOFF(net_device, ifindex)))
			return 0;
		if (here == ifindex)
			return PEEK(features, device + KOFF(net_device, xdp_features)) && (features & XDP_ACT_XMIT);
		if (!PEEK(node, node + KOFF(hlist_node, next)))
			return 0;
	}
	return 0;
}

/* net.ipv4.conf.*.rp_filter (the greater of `all` and the device): whether the source is behind the device that the packet came in by. */
INLINE int source_verified(struct xdp_md *ctx, struct record *r, void *net, void *ipv4)
{
	__u64 at = KOFF(ipv4_devconf, data) + (DEVCONF_RP_FILTER - 1) * 4;
	void *all = KREAD(void *, net, KOFF(net, ipv4) + KOFF(netns_ipv4, devconf_all));
	__u32 here = KREAD(__u32, ipv4, KOFF(in_device, cnf) + at), everywhere = all ? KREAD(__u32, all, at) : RP_STRICT;
	__u32 filter = here > everywhere ? here : everywhere;
	struct bpf_fib_lookup params = {};

	if (!filter)
		return 1;
	params.family = FAMILY_INET;
	params.ifindex = r->out_ifindex;
	params.ipv4_src = HTONL(r->dst[0]);
	params.ipv4_dst = HTONL(r->src[0]);
	params.tos = r->tos;
	if (!forwarded(fib_lookup(ctx, &params, sizeof(params), BPF_FIB_LOOKUP_SKIP_NEIGH)))
		return 0;
	return filter != RP_STRICT || params.ifindex == r->in_ifindex;
}

/* The next hop's addresses; 0 where the route is not the one that was judged, or the neighbour or the room is not there. */
INLINE int next_hop(struct xdp_md *ctx, struct record *r, struct bpf_fib_lookup *params)
{
	__builtin_memset(params, 0, sizeof(*params));
	params->family = FAMILY_INET;
	params->l4_protocol = r->proto;
	params->sport = HTONS(r->sport);
	params->dport = HTONS(r->dport);
	params->tot_len = r->length;
	params->ifindex = r->in_ifindex;
	params->tos = r->tos;
	params->ipv4_src = HTONL(r->src[0]);
	params->ipv4_dst = HTONL(r->dst[0]);
	return fib_lookup(ctx, params, sizeof(*params), 0) == BPF_FIB_LKUP_RET_SUCCESS && params->ifindex == r->out_ifindex;
}

/* What ip_forward() and the neighbour would do to the frame. */
INLINE int rewrite(struct xdp_md *ctx, const struct bpf_fib_lookup *params)
{
	__u8 *frame = PACKET_POINTER(ctx, data);
	struct ipv4_header *ip = (void *)(frame + ETH_HEADER);
	__u32 checksum;

	if ((void *)(ip + 1) > PACKET_POINTER(ctx, data_end))
		return 0;
	__builtin_memcpy(frame, params->dmac, 6);
	__builtin_memcpy(frame + 6, params->smac, 6);
	checksum = ip->checksum + HTONS(0x0100);
	ip->checksum = checksum + (checksum >= 0xffff);
	ip->ttl -= 1;
	return 1;
}

/* Whether IPsec policies may have a say in what is forwarded: whether there are any, or one is the default. */
INLINE int ipsec_decides(void *net)
{
	__u64 xfrm = KOFF_IF_ANY(net, xfrm), count = KOFF_IF_ANY(netns_xfrm, policy_count), standard = KOFF_IF_ANY(netns_xfrm, policy_default);

	if (xfrm == NO_FIELD || count == NO_FIELD || standard == NO_FIELD)
		return 0;
	if (KREAD(__u32, net, xfrm + count + POLICY_OUT * 4) || KREAD(__u32, net, xfrm + count + POLICY_FORWARD * 4))
		return 1;
	return KREAD(__u8, net, xfrm + standard + POLICY_OUT) == POLICY_BLOCKS || KREAD(__u8, net, xfrm + standard + POLICY_FORWARD) == POLICY_BLOCKS;
}

/* Whether the stack would surely hand it to the judged device. Back where it came from it may send a redirect message as well. */
INLINE int may_leave(struct xdp_md *ctx, struct record *r)
{
	if (r->chain != CHAIN_FORWARD || r->ct_state != CT_ESTABLISHED || !r->out_ifindex || r->out_ifindex == r->in_ifindex)
		return 0;
	if (r->frag_offset || r->more_fragments || is_multicast(r->dst[0]))
		return 0;

	void *rxq = KREAD(void *, KERNEL_CONTEXT(ctx, xdp_buff), KOFF(xdp_buff, rxq));
	void *device = rxq ? KREAD(void *, rxq, KOFF(xdp_rxq_info, dev)) : 0;
	void *net = device ? device_net(device) : 0, *ipv4 = device ? device_ipv4(device) : 0;

	return net && ipv4 && !ipsec_decides(net) && source_verified(ctx, r, net, ipv4) && takes_frames(r, net, r->out_ifindex);
}

STAGE int xdp_forward(struct xdp_md *ctx, struct record *r)
{
	struct bpf_fib_lookup params;

	if (may_leave(ctx, r) && next_hop(ctx, r, &params) && rewrite(ctx, &params))
		return redirect_frame(r->out_ifindex, 0);
	return xdp_stamp(ctx, r);
}
