/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Flows: their keys, and what of a packet makes them. The table they are kept in: flow_table.h. */
#ifndef BPF_IPTABLES_FLOW_H
#define BPF_IPTABLES_FLOW_H

#include "family.h"
#include "kernel.h"
#include "parse.h"

/* Times of flows are jiffies, as the kernel's are: asking for the coarse clock costs 19 ns, this nothing. */
#define SECONDS ((__u64)value_machine.hz)
#define flow_clock() jiffies64()

enum direction { DIRECTION_ORIGINAL = 0, DIRECTION_REPLY = 1 };

/* ICMP queries that make flows, and their answers. Numbers of RFC 792 and RFC 950. */
enum icmp_type {
	ICMP_ECHO_REPLY = 0, ICMP_UNREACHABLE = 3, ICMP_SOURCE_QUENCH = 4, ICMP_REDIRECT_MESSAGE = 5, ICMP_ECHO_REQUEST = 8,
	ICMP_TIME_EXCEEDED_MESSAGE = 11, ICMP_PARAMETER_PROBLEM = 12, ICMP_TIMESTAMP_REQUEST = 13, ICMP_TIMESTAMP_ANSWER = 14,
	ICMP_INFO = 15, ICMP_INFO_ANSWER = 16, ICMP_MASK = 17, ICMP_MASK_ANSWER = 18,
};

/* The same of ICMPv6, RFC 4443, 4861, 4620 and 4286. From the first on messages are about no other packet, redirects aside. */
enum icmp6_type {
	ICMP6_INFORMATIONAL = 128, ICMP6_ECHO_REQUEST = 128, ICMP6_ECHO_REPLY = 129, ICMP6_MULTICAST_QUERY = 130, ICMP6_NEIGHBOUR_ADVERTISEMENT = 136,
	ICMP6_REDIRECT = 137, ICMP6_NODE_QUERY = 139, ICMP6_NODE_ANSWER = 140, ICMP6_MULTICAST_REPORT_2 = 143,
	ICMP6_ROUTER_DISCOVERY = 151, ICMP6_ROUTER_DISCOVERY_QUERY = 152,
};

/* What of a packet, or of the one quoted in an ICMP error, says which flow it belongs to. Host order. */
struct ends {
	__u32 src[4], dst[4]; /* IPv4: word 0 alone */
	__u16 sport, dport; /* ICMP: identifier in both */
	__u8 proto, icmp_type, icmp_code;
	__u16 ip_id; /* IPv6: 0 */
};

#ifdef OF_IPV6
/* As icmpv6_pkt_to_tuple() and the kernel's table of answers have it: echo, and node information (RFC 4620). */
INLINE int icmp_query(__u32 type)
{
	if (type == ICMP6_ECHO_REQUEST || type == ICMP6_ECHO_REPLY)
		return ICMP6_ECHO_REQUEST;
	return type == ICMP6_NODE_QUERY || type == ICMP6_NODE_ANSWER ? ICMP6_NODE_QUERY : -1;
}

/* What belongs to no flow, nor is INVALID (noct_valid_new[]): neighbour discovery but for redirects, what is said of groups, and of routers that serve them. */
INLINE int icmp_of_no_flow(__u32 type)
{
	return (type >= ICMP6_MULTICAST_QUERY && type <= ICMP6_NEIGHBOUR_ADVERTISEMENT) || type == ICMP6_MULTICAST_REPORT_2 ||
	       type == ICMP6_ROUTER_DISCOVERY || type == ICMP6_ROUTER_DISCOVERY_QUERY;
}

/* Messages about another packet, which they quote. */
INLINE int icmp_is_error(__u32 type)
{
	return type < ICMP6_INFORMATIONAL || type == ICMP6_REDIRECT;
}
#else
/* The query an ICMP answer belongs to; the type itself if it is a query; -1 for messages that are neither. */
INLINE int icmp_query(__u32 type)
{
	if (type == ICMP_ECHO_REPLY || type == ICMP_ECHO_REQUEST)
		return ICMP_ECHO_REQUEST;
	if (type >= ICMP_TIMESTAMP_REQUEST && type <= ICMP_MASK_ANSWER)
		return type & 1 ? type : type - 1;
	return -1;
}

INLINE int icmp_is_error(__u32 type)
{
	return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT_MESSAGE ||
	       type == ICMP_TIME_EXCEEDED_MESSAGE || type == ICMP_PARAMETER_PROBLEM;
}
#endif

#define PROTO_GRE 47

/*
 * gre_pkt_to_tuple(): the port of the receiving end that GRE's first 8 bytes (16-bit words as on the wire) name: in version 1 the call,
 * else 0; -1 for version 1 that does not carry PPP (protocol 0x880b), which belongs to no flow.
 */
INLINE int gre_call(const __u16 word[4])
{
	if ((word[0] >> 8 & 7) != 1)
		return 0;
	return word[1] == HTONS(0x880b) ? NTOHS(word[3]) : -1;
}

/* Whether b + borrow > a, without a branch that the verifier would follow. */
INLINE __u64 borrows(__u64 a, __u64 b, __u64 borrow)
{
	return ((~a & b) | ((~a | b) & (a - b - borrow))) >> 63;
}

/* Whether the source end is the greater one: by address, then by port. */
INLINE int source_is_second(const struct ends *ends)
{
#ifdef OF_IPV6
	__u64 borrow = borrows(ends->dport, ends->sport, 0);

#pragma unroll
	for (int i = 2; i >= 0; i -= 2)
		borrow = borrows((__u64)ends->dst[i] << 32 | ends->dst[i + 1], (__u64)ends->src[i] << 32 | ends->src[i + 1], borrow);
	return borrow;
#else
	return ((__u64)ends->src[0] << 16 | ends->sport) > ((__u64)ends->dst[0] << 16 | ends->dport);
#endif
}

/* Fills the key. Returns 0 if the source is its first end, 1 if it is its second, -1 if such packets have no flows. */
INLINE int flow_key_of(struct flow_key *key, const struct ends *ends)
{
	int second;

	__builtin_memset(key, 0, sizeof(*key));
	key->family = FAMILY;
	key->proto = ends->proto;
	if (ends->proto == FAMILY_ICMP) {
		int query = icmp_query(ends->icmp_type);

		if (query < 0)
			return -1;
		key->icmp_type = query;
		key->icmp_code = ends->icmp_code;
		second = query != ends->icmp_type;
	} else {
		second = source_is_second(ends);
	}
#pragma unroll
	for (int i = 0; i < ADDRESS_WORDS; i++) {
		key->address[0][i] = second ? ends->dst[i] : ends->src[i];
		key->address[1][i] = second ? ends->src[i] : ends->dst[i];
	}
	key->port[0] = second ? ends->dport : ends->sport;
	key->port[1] = second ? ends->sport : ends->dport;
	return second;
}

/* The flow that the last packet of this key would have begun, had the kernel routed it: only the kernel's ICMP error about it asks. */
INLINE struct flow *flow_unrouted(const struct flow_key *key, __u32 ip_id, __u64 now)
{
	struct flow *flow = map_lookup(&map_flows_unrouted, key);

	return flow && flow->expires > now && flow->id == ip_id ? flow : 0;
}

/* On lo the state found at egress travels in skb->tc_index: this mark, the direction, the state. */
#define CARRIER_MARK 0xb700
#define CARRIER_MASK 0xff00
#define CARRIER_REPLY 0x20
#define CARRIER_ANSWER 0x40

#endif
