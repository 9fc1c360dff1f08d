/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which chain judges a packet that came in: what ip_route_input_noref() and ip_forward() would do with it, asked beforehand.
 * ENTRY_PASS only where the kernel is sure to discard the packet before iptables' filter hook; in doubt a packet is judged.
 */
#ifndef BPF_IPTABLES_CHAIN_H
#define BPF_IPTABLES_CHAIN_H

#include "kernel.h"
#include "device.h"
#include "fragment.h"
#include "route_cache.h"

/* Groups of a device looked at before a packet to a group is taken for ours in doubt. */
#define MULTICAST_GROUPS 24

struct address_key {
	__u32 prefix;
	__u32 address; /* network order */
};

/* The route of `address` (host order) in the mirrored local table, 0 when it is not in it. */
INLINE struct local_route *local_route_of(__u32 address)
{
	struct address_key key = { 32, HTONL(address) };

	return map_lookup(&map_addresses, &key);
}

/* RTN_* type of `address` in the mirrored local table, 0 when it is not in it. */
INLINE __u32 local_type(__u32 address)
{
	struct local_route *route = local_route_of(address);

	return route ? route->type : 0;
}

INLINE int is_multicast(__u32 address)
{
	return address >> 28 == 14;
}

INLINE int is_loopback(__u32 address)
{
	return address >> 24 == 127;
}

/* Whether a group is joined on the device (ip_check_mc_rcu without source filters: those are left to the kernel). */
INLINE int group_joined(void *ipv4, __u32 group)
{
	void *entry = KREAD(void *, ipv4, KOFF(in_device, mc_list));

	for (int i = 0; i < MULTICAST_GROUPS; i++) {
		if (!entry)
			return 0;
		if (KREAD(__u32, entry, KOFF(ip_mc_list, multiaddr)) == HTONL(group))
			return 1;
		entry = KREAD(void *, entry, KOFF(ip_mc_list, next_rcu));
	}
	return 1;
}

/* Whether the administrator has made local routes, in whatever table. */
INLINE int custom_local_routes(void *net)
{
	return KREAD(__u8, net, KOFF(net, ipv4) + KOFF(netns_ipv4, fib_has_custom_local_routes));
}

/* Whether there are routing rules of the administrator's making, that may lead to any table (a VRF makes one). */
INLINE int custom_rules(void *net)
{
	return KREAD(__u8, net, KOFF(net, ipv4) + KOFF(netns_ipv4, fib_has_custom_rules));
}

/*
 * fib_validate_source() without rp_filter: whether a source with this local route (0: not in the local table) is a martian.
 * An address of an interface is; others (127.0.0.2, which a route to 127.0.0.0/8 makes local) only where the kernel looks the source
 * up: with local routes of the administrator's making, or when the packet goes out where it came in and redirects may be sent.
 */
INLINE int martian_source(void *net, void *ipv4, const struct local_route *source, int hairpin)
{
	/* Rules may lead the look-up past the local table (VRF). */
	if (!source || source->type == TYPE_UNICAST || custom_rules(net))
		return 0;
	if (source->type == TYPE_LOCAL && devconf_either(net, ipv4, DEVCONF_ACCEPT_LOCAL))
		return 0;
	if (source->type == TYPE_LOCAL && source->prefix == 32)
		return 1;
	return custom_local_routes(net) || (hairpin && devconf_either(net, ipv4, DEVCONF_SEND_REDIRECTS));
}

/* What the route lookup needs to know beyond the record. */
struct routing_facts {
	__u32 pkt_type;
	__u32 dont_fragment;
	int fresh;             /* the mirrored local table is the truth */
	int filtered;          /* so is the filter of local addresses */
	__u64 stamp;           /* of the mirrors */
	struct local_route *source; /* the source's local route, 0 if it has none or that is unknown */
	__u32 mtu_length; /* bytes to compare with the MTU of the way out: of one segment for GSO packets; 0 = do not compare */
};

/* out_ifindex and out_name from an index. */
INLINE void set_out_device(struct record *r, __u32 ifindex)
{
	struct device *device = map_lookup(&map_devices, &ifindex);

	r->out_ifindex = ifindex;
	if (device) {
		r->out_name[0] = device->name[0];
		r->out_name[1] = device->name[1];
	}
}

/* ip_forward(): the packet as FORWARD sees it, or ENTRY_PASS where it is answered or dropped before. */
INLINE int judge_forward(struct record *r, const struct routing_facts *facts)
{
	if (facts->pkt_type != PACKET_TO_HOST || r->ttl <= 1)
		return ENTRY_PASS;
	r->ttl -= 1;
	r->chain = CHAIN_FORWARD;
	return ENTRY_JUDGE;
}

/* The same by an answer known from before. */
INLINE int judge_known_forward(struct record *r, const struct routing_facts *facts, const struct known_route *known)
{
	if (facts->dont_fragment && facts->mtu_length > known->mtu)
		return ENTRY_PASS;
	r->out_ifindex = known->out_ifindex;
	r->out_name[0] = known->out_name[0];
	r->out_name[1] = known->out_name[1];
	return judge_forward(r, facts);
}

/* Multicast routing (ip_mr_forward()): FORWARD, once for all ways out, whose names are not known here. */
INLINE int judge_multicast_forward(struct record *r)
{
	if (r->ttl <= 1)
		return ENTRY_PASS;
	r->ttl -= 1;
	r->chain = CHAIN_FORWARD;
	return ENTRY_JUDGE;
}

/* Local delivery. IP reassembles before INPUT. */
INLINE int judge_input(struct record *r)
{
	r->chain = CHAIN_INPUT;
	return fragment_part(r);
}

INLINE int forwarded(int result)
{
	return result == BPF_FIB_LKUP_RET_SUCCESS || result == BPF_FIB_LKUP_RET_NO_NEIGH ||
	       result == BPF_FIB_LKUP_RET_FRAG_NEEDED || result == BPF_FIB_LKUP_RET_UNSUPP_LWT;
}

/* The MTU of a device, NO_MTU if there is none by this index. */
INLINE __u32 mtu_of(void *ctx, __u32 ifindex)
{
	__u32 mtu = 0;

	return ifindex && check_mtu(ctx, ifindex, &mtu, 0, 0) >= 0 ? mtu : NO_MTU;
}

/* The route decision for unicast-looking destinations, by the kernel's own lookup and the mirrored local table. */
INLINE int route(void *ctx, struct record *r, void *net, void *ipv4, const struct routing_facts *facts)
{
	struct bpf_fib_lookup params = {};
	struct known_route *known = 0;
	__u32 type = 0, mtu;
	int local, result;

	if (!facts->filtered || is_loopback(r->dst[0]) || !surely_foreign(r->dst[0])) {
		known = facts->fresh ? known_route_at(0, r->dst[0]) : 0;
		if (known && still_holds(known, facts->stamp, 0, r, 0))
			return judge_input(r);
		type = local_type(r->dst[0]);
	}
	local = type == TYPE_LOCAL || type == TYPE_BROADCAST;
	if (facts->fresh && local) {
		if (known)
			note_route(known, facts->stamp, 0, r, 0, 0, NO_MTU);
		return judge_input(r);
	}
	known = facts->fresh && !facts->source && !custom_rules(net) && !ways_by_ports(net) ? known_route_at(r->src[0], r->dst[0]) : 0;
	if (known && still_holds(known, facts->stamp, r->src[0], r, r->tos) && devconf_own(ipv4, DEVCONF_FORWARDING))
		return judge_known_forward(r, facts, known);
	params.family = FAMILY_INET;
	params.l4_protocol = r->proto;
	params.sport = HTONS(r->sport);
	params.dport = HTONS(r->dport);
	params.ifindex = r->in_ifindex;
	params.tos = r->tos;
	params.ipv4_src = HTONL(r->src[0]);
	params.ipv4_dst = HTONL(r->dst[0]);
	/* No length: the answer must name the device. And with one it goes by path MTUs learned from ICMP, which ip_forward() does not heed. */
	result = fib_lookup(ctx, &params, sizeof(params), BPF_FIB_LOOKUP_SKIP_NEIGH);
	if (result == BPF_FIB_LKUP_RET_UNSUPP_LWT)
		params.ifindex = 0;
	mtu = forwarded(result) ? mtu_of(ctx, params.ifindex) : NO_MTU;
	if (facts->dont_fragment && facts->mtu_length > mtu)
		return ENTRY_PASS;
	if (forwarded(result) && params.ifindex == r->in_ifindex && martian_source(net, ipv4, facts->source, 1))
		return ENTRY_PASS;
	if (forwarded(result)) {
		set_out_device(r, params.ifindex);
		if (known && (result == BPF_FIB_LKUP_RET_SUCCESS || result == BPF_FIB_LKUP_RET_NO_NEIGH))
			note_route(known, facts->stamp, r->src[0], r, r->tos, params.ifindex, mtu);
		return judge_forward(r, facts);
	}
	if (local)
		return judge_input(r);
	/*
	 * An error route, or no way and surely not local: the kernel answers or drops before INPUT. With routing rules a mark that mangle
	 * sets behind us may lead elsewhere: judged by FORWARD, the way out unknown.
	 */
	if (result == BPF_FIB_LKUP_RET_BLACKHOLE || result == BPF_FIB_LKUP_RET_UNREACHABLE || result == BPF_FIB_LKUP_RET_PROHIBIT)
		return custom_rules(net) ? judge_forward(r, facts) : ENTRY_PASS;
	/* Local routes in other tables are not mirrored. */
	return facts->fresh && !custom_local_routes(net) && !custom_rules(net) ? ENTRY_PASS : judge_input(r);
}

/* ip_route_input_rcu() and ip_route_input_slow(): source and destination sanity, then the route. `device` is where it came in. */
INLINE int select_chain(void *ctx, struct record *r, void *device, struct routing_facts *facts)
{
	__u32 src = r->src[0], dst = r->dst[0];
	void *ipv4 = device_ipv4(device);
	void *net = device_net(device);

	/* What came over lo, or was looped back by IP output, already has its route: local delivery. */
	if (r->in_ifindex == IFINDEX_LOOPBACK || facts->pkt_type == PACKET_LOOPED)
		return judge_input(r);
	if (facts->pkt_type == PACKET_TO_OTHER || !ipv4 || !net)
		return ENTRY_PASS;
	if (is_multicast(src) || src == 0xffffffff)
		return ENTRY_PASS;
	facts->stamp = *(volatile __u64 *)&value_root.route_generation;
	facts->fresh = facts->stamp >> 32 && (__u32)facts->stamp == route_generation(net);
	facts->filtered = facts->fresh && value_local_filter.stamp == facts->stamp;
	facts->source = 0;
	if (facts->fresh && src != 0 && (!facts->filtered || is_loopback(src) || !surely_foreign(src)))
		facts->source = local_route_of(src);
	if (martian_source(net, ipv4, facts->source, 0))
		return ENTRY_PASS;
	if (dst == 0xffffffff || (dst == 0 && src == 0))
		return judge_input(r);
	if (src == 0 && !(dst >> 8 == 0xe00000 || (is_multicast(dst) && r->proto == PROTO_IGMP)))
		return ENTRY_PASS;
	if ((is_loopback(src) || is_loopback(dst)) && !devconf_either(net, ipv4, DEVCONF_ROUTE_LOCALNET))
		return ENTRY_PASS;
	if (is_multicast(dst)) {
		if (group_joined(ipv4, dst))
			return judge_input(r);
		/* 224.0.0.0/24 stays on its link. */
		return dst >> 8 != 0xe00000 && devconf_both(net, ipv4, DEVCONF_MC_FORWARDING) ? judge_multicast_forward(r) : ENTRY_PASS;
	}
	if (dst == 0)
		return ENTRY_PASS;
	return route(ctx, r, net, ipv4, facts);
}

#endif
