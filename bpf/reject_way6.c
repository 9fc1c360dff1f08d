/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where an answer of REJECT goes in IPv6, and from which address: what icmpv6_route_lookup() and nf_send_reset6() would find. Fills source,
 * destination, way, out_ifindex and hop_limit of the answer. Returns its way, WAY_NONE where it gets none.
 */
#include "device6.h"
#include "reject6.h"

/* bpf_fib_lookup(): also name the source address that the route prefers (Linux 6.7; older ones refuse the flag). */
#define LOOKUP_SOURCE (1U << 4)

struct lookup6 {
	struct bpf_fib_lookup params;
	int result;
};

/* ip6_dst_hoplimit(): what the way out says (router advertisements may have told it), else the namespace. Metrics of routes are not asked. */
INLINE __u32 hop_limit(void *net, __u32 ifindex)
{
	void *device = device_by_index(net, ifindex), *settings = device ? device_ipv6(device) : 0;

	return settings ? DEVCONF6(settings, hop_limit) : DEVCONF6_ALL(net, hop_limit);
}

/* A route from this host. As the kernel does, seen from lo; where lo does not forward, from the device the packet came in by. */
INLINE void route_back6(void *ctx, struct record *r, struct answer6 *answer, struct lookup6 *lookup, int chosen)
{
#pragma unroll
	for (int attempt = 0; attempt < 2; attempt++) {
		struct bpf_fib_lookup *params = &lookup->params;

		__builtin_memset(params, 0, sizeof(*params));
		params->family = FAMILY_INET6;
		params->l4_protocol = r->reject_type == REJECT_RESET ? PROTO_TCP : PROTO_ICMPV6;
		params->ifindex = attempt ? r->in_ifindex : IFINDEX_LOOPBACK;
		/* The helper looks no link-local address up; routing does not ask for the source's. */
		if (!chosen && !is_link_local6(answer->source))
			to_wire6(params->ipv6_src, answer->source);
		to_wire6(params->ipv6_dst, answer->destination);
		lookup->result = fib_lookup(ctx, params, sizeof(*params), BPF_FIB_LOOKUP_SKIP_NEIGH | (chosen ? LOOKUP_SOURCE : 0));
		if (lookup->result != BPF_FIB_LKUP_RET_FWD_DISABLED)
			break;
	}
}

/* Answers to what comes in without link-layer header go back by the same device only; others find their neighbour. */
INLINE __u32 way_out6(struct record *r, struct answer6 *answer)
{
	if (r->l3_offset == ETH_HEADER)
		return WAY_OUT;
	return r->l3_offset == 0 && answer->out_ifindex == r->in_ifindex ? WAY_OUT_BARE : WAY_NONE;
}

/* The way of what came in by a device other than lo. */
INLINE __u32 way_back6(void *ctx, struct record *r, struct answer6 *answer)
{
	int chosen = r->chain == CHAIN_FORWARD && r->reject_type != REJECT_RESET;
	struct lookup6 lookup;

	/* To a link-local address by its link, as to all hosts where this one does not forward and so cannot ask for routes. */
	answer->out_ifindex = r->in_ifindex;
	if (is_link_local6(answer->destination))
		return chosen ? WAY_NONE : way_out6(r, answer);
	route_back6(ctx, r, answer, &lookup, chosen);
	if (lookup.result == BPF_FIB_LKUP_RET_FWD_DISABLED && !chosen)
		return way_out6(r, answer);
	if (lookup.result != BPF_FIB_LKUP_RET_SUCCESS && lookup.result != BPF_FIB_LKUP_RET_NO_NEIGH)
		return WAY_NONE;
	answer->out_ifindex = lookup.params.ifindex;
	if (chosen)
		to_wire6(answer->source, lookup.params.ipv6_src);
	return is_any6(answer->source) ? WAY_NONE : way_out6(r, answer);
}

STAGE __u32 reject_way6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer)
{
	void *device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev)), *net = device ? device_net(device) : 0;
	__u32 way;

	if (!net)
		return WAY_NONE;
	copy6(answer->source, r->dst);
	copy6(answer->destination, r->src);
	if (r->chain == CHAIN_OUTPUT || r->in_ifindex == IFINDEX_LOOPBACK) {
		answer->out_ifindex = IFINDEX_LOOPBACK;
		way = r->chain != CHAIN_OUTPUT ? WAY_BACK_LOOPBACK : r->out_ifindex == IFINDEX_LOOPBACK ? WAY_LOOPBACK : WAY_TO_SELF;
		/* An error to the host itself comes from the address it goes to: routing chooses that one. */
		if (way == WAY_TO_SELF && r->reject_type != REJECT_RESET)
			copy6(answer->source, answer->destination);
	} else {
		way = way_back6(ctx, r, answer);
	}
	answer->hop_limit = hop_limit(net, answer->out_ifindex);
	return way;
}
