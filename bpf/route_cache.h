/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Answers of the route lookup that may be given again: per CPU, direct mapped, for packets of one way (destination; source and TOS too
 * where it is forwarded). A FIB lookup costs 115 ns and one of a local address 40.
 *
 * An answer holds as long as the kernel counts no routing change (netns_ipv4.rt_genid, moved by every change of a route, nexthop, rule,
 * address, MTU, device state, carrier, and of the sysctl `forwarding`) and the mirrors are those it was made from. What does not move that
 * count is looked at anew for each packet (`forwarding` set through netlink, the hash policy of multipath routes), kept out of here
 * (rules, sources with a local route), or comes through late, after ROUTE_AGE (ignore_routes_with_linkdown, a nexthop group's choice).
 */
#ifndef BPF_IPTABLES_ROUTE_CACHE_H
#define BPF_IPTABLES_ROUTE_CACHE_H

#include "kernel.h"
#include "device.h"

/* Jiffies that an answer is given: at most 8 ms to 80 ms. */
#define ROUTE_AGE 8
#define NO_MTU 0xffffffff

/* Entries of the map `routes` (src/link/stage-maps.ts), a power of two. */
#define ROUTES 1024

/* Bit of an address among the LOCAL_BITS of struct local_filter. */
INLINE __u32 filter_bit(__u32 address)
{
	return address * 0x9e3779b1u >> 16;
}

/* Whether no local route leads to `address`, by the filter alone: 0 = perhaps. Asked only while the filter's stamp holds. */
INLINE int surely_foreign(__u32 address)
{
	__u32 bit = filter_bit(address);

	return value_local_filter.foreign[bit >> 6] >> (bit & 63) & 1;
}

/* The place of the answer for packets from `src` (0: for whatever source) to `dst`; 0 only where the map is missing its entry. */
INLINE struct known_route *known_route_at(__u32 src, __u32 dst)
{
	__u32 index = ((src ^ (dst << 16 | dst >> 16)) * 0x9e3779b1u) >> 22;

	return map_lookup(&map_routes, &index);
}

/* Whether the answer at `known` is for these packets and holds. `stamp`: the mirrors', found to be fresh. */
INLINE int still_holds(const struct known_route *known, __u64 stamp, __u32 src, const struct record *r, __u8 tos)
{
	return known->stamp == stamp && known->src == src && known->dst == r->dst[0] && known->in_ifindex == r->in_ifindex && known->tos == tos &&
	       (__u32)jiffies64() - known->since < ROUTE_AGE;
}

/* Notes an answer: `out_ifindex` 0 = local delivery, else forwarded by that device with the name in the record. */
INLINE void note_route(struct known_route *known, __u64 stamp, __u32 src, const struct record *r, __u8 tos, __u32 out_ifindex, __u32 mtu)
{
	known->src = src;
	known->dst = r->dst[0];
	known->stamp = stamp;
	known->in_ifindex = r->in_ifindex;
	known->since = jiffies64();
	known->out_ifindex = out_ifindex;
	known->mtu = mtu;
	known->out_name[0] = r->out_name[0];
	known->out_name[1] = r->out_name[1];
	known->tos = tos;
}

/* Whether the way out may depend on ports (net.ipv4.fib_multipath_hash_policy). Kernels without multipath routes lack the field. */
INLINE int ways_by_ports(void *net)
{
	__u64 at = KOFF_IF_ANY(netns_ipv4, sysctl_fib_multipath_hash_policy);

	return at != NO_FIELD && KREAD(__u8, net, KOFF(net, ipv4) + at) != 0;
}

#endif
