/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where an answer of REJECT goes and from which address: what icmp_route_lookup() and ip_route_me_harder() would find.
 * Fills source, destination, way, out_ifindex, mtu of the answer. Returns its way, WAY_NONE where it gets none.
 */
#include "chain.h"
#include "packet.h"
#include "reject.h"

#define LOOPBACK_MTU 65536

/* bpf_fib_lookup(): also name the source address that the route prefers (Linux 6.7; older ones refuse the flag). */
#define LOOKUP_SOURCE (1U << 4)

struct lookup {
	struct bpf_fib_lookup params;
	int result;
};

/* A route from this host. As the kernel does, seen from lo; where lo does not forward, from the device the packet came in by. */
INLINE void route_back(void *ctx, struct record *r, struct answer *answer, struct lookup *lookup, __u32 length, __u32 flags)
{
#pragma unroll
	for (int attempt = 0; attempt < 2; attempt++) {
		struct bpf_fib_lookup *params = &lookup->params;

		__builtin_memset(params, 0, sizeof(*params));
		params->family = FAMILY_INET;
		params->l4_protocol = r->reject_type == REJECT_RESET ? PROTO_TCP : PROTO_ICMP;
		params->ifindex = attempt ? r->in_ifindex : IFINDEX_LOOPBACK;
		params->ipv4_src = HTONL(answer->source);
		params->ipv4_dst = HTONL(answer->destination);
		params->tot_len = length;
		lookup->result = fib_lookup(ctx, params, sizeof(*params), BPF_FIB_LOOKUP_SKIP_NEIGH | flags);
		if (lookup->result != BPF_FIB_LKUP_RET_FWD_DISABLED)
			break;
	}
}

INLINE int found(int result)
{
	return result == BPF_FIB_LKUP_RET_SUCCESS || result == BPF_FIB_LKUP_RET_NO_NEIGH;
}

/* The packet was sent by this host: the answer is for its source address, which some device of ours has. */
INLINE __u32 way_home(struct record *r, struct answer *answer, int reset)
{
	struct address_key key = { 32, HTONL(r->src[0]) };
	struct local_route *route = map_lookup(&map_addresses, &key);

	answer->mtu = LOOPBACK_MTU;
	if (!route || route->type != TYPE_LOCAL)
		return WAY_NONE;
	if (r->out_ifindex == IFINDEX_LOOPBACK) {
		answer->out_ifindex = IFINDEX_LOOPBACK;
		return WAY_LOOPBACK;
	}
	if (!reset)
		answer->source = r->src[0];
	answer->out_ifindex = route->ifindex;
	return WAY_TO_SELF;
}

/* Answers to what comes in without link-layer header go back by the same device only; others find their neighbour. */
INLINE __u32 way_out(struct record *r, struct answer *answer)
{
	if (r->l3_offset == ETH_HEADER)
		return WAY_OUT;
	return r->l3_offset == 0 && answer->out_ifindex == r->in_ifindex ? WAY_OUT_BARE : WAY_NONE;
}

/* net.ipv4.icmp_errors_use_inbound_ifaddr: another choice of the source address, which is not made here. */
INLINE int inbound_address_wanted(void *device)
{
	void *net = device_net(device);

	return !net || KREAD(__u8, net, KOFF(net, ipv4) + KOFF(netns_ipv4, sysctl_icmp_errors_use_inbound_ifaddr));
}

STAGE __u32 HERE(reject_way)(packet_context *ctx, struct record *r, struct answer *answer)
{
	int reset = r->reject_type == REJECT_RESET, forwarded = r->chain == CHAIN_FORWARD;
	void *device = packet_device(ctx);
	struct lookup lookup;

	answer->destination = r->src[0];
	answer->source = r->dst[0];
	/* To 0.0.0.0 the host sends to itself; routing chooses the address that the ICMP error comes from. */
	if (!reset && answer->source == 0)
		answer->source = answer->destination;
	if (r->chain == CHAIN_OUTPUT)
		return way_home(r, answer, reset);
	if (r->in_ifindex == IFINDEX_LOOPBACK) {
		answer->out_ifindex = IFINDEX_LOOPBACK;
		answer->mtu = LOOPBACK_MTU;
		return local_type(answer->destination) == TYPE_LOCAL ? WAY_BACK_LOOPBACK : WAY_NONE;
	}
	if (!device || answer->destination == 0)
		return WAY_NONE;
	if (forwarded && !reset && inbound_address_wanted(device))
		return WAY_NONE;
	if (forwarded && !reset)
		answer->source = 0;
	route_back(ctx, r, answer, &lookup, 0, forwarded && !reset ? LOOKUP_SOURCE : 0);
	if (lookup.result == BPF_FIB_LKUP_RET_FWD_DISABLED && !forwarded) {
		/* A host that does not forward cannot ask for routes: the answer leaves where the packet came in. */
		answer->out_ifindex = r->in_ifindex;
		answer->mtu = KREAD(__u32, device, KOFF(net_device, mtu));
		return way_out(r, answer);
	}
	if (!found(lookup.result))
		return WAY_NONE;
	answer->out_ifindex = lookup.params.ifindex;
	if (forwarded && !reset)
		answer->source = NTOHL(lookup.params.ipv4_src);
	if (answer->source == 0)
		return WAY_NONE;
	route_back(ctx, r, answer, &lookup, ANSWER_MAX, 0);
	answer->mtu = lookup.result == BPF_FIB_LKUP_RET_FRAG_NEEDED ? lookup.params.mtu_result : ANSWER_MAX;
	return way_out(r, answer);
}
