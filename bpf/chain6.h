/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which chain judges an IPv6 packet that came in: what ip6_rcv_core(), ip6_route_input() and ip6_forward() would do with it, asked beforehand.
 * ENTRY_PASS only where the kernel is sure to discard the packet before ip6tables' filter hook; in doubt a packet is judged.
 */
#ifndef BPF_IPTABLES_CHAIN6_H
#define BPF_IPTABLES_CHAIN6_H

#include "kernel.h"
#include "address6.h"
#include "device6.h"
#include "parse6.h"

#define LEAST_MTU6 1280

/* Neighbour discovery, and multicast listener discovery, as far as routing asks (linux/icmpv6.h). */
enum icmp6_type { ICMP6_LISTENER_QUERY = 130, ICMP6_LISTENER_DONE = 132, ICMP6_SOLICIT_ROUTER = 133, ICMP6_REDIRECT = 137, ICMP6_LISTENER_REPORT2 = 143 };

int group_joined6(struct __sk_buff *ctx, struct record *r);

/* What the route lookup needs to know beyond the record. */
struct routing_facts6 {
	__u32 pkt_type;
	__u32 mtu_length; /* bytes to compare with the MTU of the way out: of one segment for GSO packets */
};

/* Where a packet came in: its struct net_device, that one's inet6_dev, the namespace. */
struct way_in {
	void *device;
	void *ipv6;
	void *net;
	int loopback;
};

/* What ip6_rcv_core() discards by the addresses, before any hook. */
INLINE int addresses_wrong(const struct record *r, const struct way_in *in, __u32 pkt_type)
{
	__u32 scope = group_scope(r->dst);

	if (!in->loopback && (is_loopback6(r->src) || is_loopback6(r->dst)))
		return 1;
	if (is_multicast6(r->src))
		return 1;
	if (is_multicast6(r->dst))
		return scope == SCOPE_RESERVED || (scope == SCOPE_INTERFACE && !in->loopback && pkt_type != PACKET_LOOPED);
	return (pkt_type == PACKET_TO_ALL || pkt_type == PACKET_TO_GROUP) && DEVCONF6(in->ipv6, drop_unicast_in_l2_multicast);
}

INLINE int judge_input6(struct record *r)
{
	r->chain = CHAIN_INPUT;
	return ENTRY_JUDGE;
}

/* A packet as FORWARD sees it, or ENTRY_PASS where it is answered or dropped before. */
INLINE int judge_forward6(struct record *r, const struct routing_facts6 *facts)
{
	if (facts->pkt_type != PACKET_TO_HOST || r->ttl <= 1)
		return ENTRY_PASS;
	r->ttl -= 1;
	r->chain = CHAIN_FORWARD;
	return ENTRY_JUDGE;
}

/* By a device whose way is known. */
INLINE int judge_forward_by(struct record *r, const struct way_in *in, const struct routing_facts6 *facts, __u32 ifindex)
{
	void *out = device_by_index(in->net, ifindex), *ipv6 = out ? device_ipv6(out) : 0;
	__u32 mtu = ipv6 ? DEVCONF6(ipv6, mtu6) : LEAST_MTU6;

	/* Back where it came from: with a redirect, if need be. Elsewhere a source has to mean something. */
	if (ifindex != r->in_ifindex && (is_any6(r->src) || is_loopback6(r->src) || is_link_local6(r->src)))
		return ENTRY_PASS;
	if (facts->mtu_length > (mtu < LEAST_MTU6 ? LEAST_MTU6 : mtu))
		return ENTRY_PASS;
	r->out_ifindex = ifindex;
	if (out)
		device_name(out, r->out_name);
	return judge_forward6(r, facts);
}

/* The kernel's own lookup, from a device that forwards: the helper asks the device alone, the kernel the namespace alone. */
INLINE int lookup6(void *ctx, const struct record *r, struct bpf_fib_lookup *params)
{
	int result = BPF_FIB_LKUP_RET_FWD_DISABLED;

	for (int attempt = 0; attempt < 2; attempt++) {
		__builtin_memset(params, 0, sizeof(*params));
		params->family = FAMILY_INET6;
		params->l4_protocol = r->proto;
		params->sport = HTONS(r->sport);
		params->dport = HTONS(r->dport);
		params->ifindex = attempt ? IFINDEX_LOOPBACK : r->in_ifindex;
		/* It looks nothing up for sources of a link; the source is of no account to a route. */
		for (int i = 0; i < 4; i++) {
			params->ipv6_src[i] = is_link_local6(r->src) ? 0 : HTONL(r->src[i]);
			params->ipv6_dst[i] = HTONL(r->dst[i]);
		}
		result = fib_lookup(ctx, params, sizeof(*params), BPF_FIB_LOOKUP_SKIP_NEIGH);
		if (result != BPF_FIB_LKUP_RET_FWD_DISABLED)
			break;
	}
	return result;
}

/* Whether the kernel forwards what comes in by this device. */
INLINE int forwards6(const struct way_in *in)
{
	__u64 forced = KOFF_IF_ANY(ipv6_devconf, force_forwarding);

	return DEVCONF6_ALL(in->net, forwarding) || (forced != NO_FIELD && KREAD(__s32, in->ipv6, KOFF(inet6_dev, cnf) + forced));
}

/* The route decision for unicast destinations, by the mirrored local table and the kernel's own lookup. */
INLINE int route6(void *ctx, struct record *r, const struct way_in *in, const struct routing_facts6 *facts)
{
	struct bpf_fib_lookup params;
	struct local_route *local = local_route6(r->dst, r->in_ifindex);
	int sure = mirror6_fresh(in->net) && !custom_rules6(in->net), result;

	if (sure && local)
		return judge_input6(r);
	if (!forwards6(in))
		return sure ? ENTRY_PASS : judge_input6(r);
	/* Proxied neighbours: what is asked of them is answered here. */
	if (DEVCONF6_ALL(in->net, proxy_ndp) && r->proto == PROTO_ICMPV6 && r->icmp_type >= ICMP6_SOLICIT_ROUTER && r->icmp_type <= ICMP6_REDIRECT)
		return judge_input6(r);
	/* The helper looks up no address of a link. A neighbour's is forwarded where it came from. */
	if (is_link_local6(r->dst))
		return local ? judge_input6(r) : judge_forward_by(r, in, facts, r->in_ifindex);
	result = lookup6(ctx, r, &params);
	if (result == BPF_FIB_LKUP_RET_SUCCESS || result == BPF_FIB_LKUP_RET_NO_NEIGH || result == BPF_FIB_LKUP_RET_FRAG_NEEDED)
		return judge_forward_by(r, in, facts, params.ifindex);
	/* A tunnel of routes, or no device that the helper would look from: the way out is not known. */
	if (result == BPF_FIB_LKUP_RET_UNSUPP_LWT || result == BPF_FIB_LKUP_RET_FWD_DISABLED)
		return judge_forward6(r, facts);
	/* With routing rules a mark that mangle sets behind us may lead elsewhere. */
	if (result == BPF_FIB_LKUP_RET_BLACKHOLE || result == BPF_FIB_LKUP_RET_UNREACHABLE || result == BPF_FIB_LKUP_RET_PROHIBIT)
		return sure ? ENTRY_PASS : judge_forward6(r, facts);
	return sure ? ENTRY_PASS : judge_input6(r);
}

/* Whether MLD asks for it: a multicast router hears such packets whatever group they go to. */
INLINE int listener_message(const struct record *r)
{
	return r->proto == PROTO_ICMPV6 && ((r->icmp_type >= ICMP6_LISTENER_QUERY && r->icmp_type <= ICMP6_LISTENER_DONE) || r->icmp_type == ICMP6_LISTENER_REPORT2);
}

/* ip6_mc_input(): joined groups; multicast routing is FORWARD, once for all ways out, whose names are not known here. */
INLINE int route_group6(struct __sk_buff *ctx, struct record *r, const struct way_in *in)
{
	if (group_joined6(ctx, r))
		return judge_input6(r);
	if (!DEVCONF6_ALL(in->net, mc_forwarding) || group_scope(r->dst) <= SCOPE_LINK)
		return ENTRY_PASS;
	if (listener_message(r))
		return judge_input6(r);
	if (r->ttl <= 1)
		return ENTRY_PASS;
	r->ttl -= 1;
	r->chain = CHAIN_FORWARD;
	return ENTRY_JUDGE;
}

/* ip6_rcv_finish(): what came over lo, or was looped back by IPv6 output, already has its route. */
INLINE int select_chain6(struct __sk_buff *ctx, struct record *r, const struct way_in *in, const struct routing_facts6 *facts)
{
	if (is_multicast6(r->dst))
		return facts->pkt_type == PACKET_LOOPED ? judge_input6(r) : route_group6(ctx, r, in);
	if (in->loopback)
		return judge_input6(r);
	return route6(ctx, r, in, facts);
}

#endif
