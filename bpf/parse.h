/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* IPv4 and layer-4 headers into the record, the same at every hook. What is not in the packet is 0 in the record. */
#ifndef BPF_IPTABLES_PARSE_H
#define BPF_IPTABLES_PARSE_H

#include "kernel.h"

/* RFC 791; our own view of it, all numbers as on the wire. */
struct ipv4_header {
	__u8 version_ihl;
	__u8 tos;
	__u16 total_length;
	__u16 id;
	__u16 fragment; /* reserved, DF 0x4000, MF 0x2000, offset in units of 8 bytes */
	__u8 ttl;
	__u8 proto;
	__u16 checksum;
	__u32 src;
	__u32 dst;
};

#define IPV4_HEADER 20
#define IPV4_DF 0x4000
#define IPV4_MF 0x2000

INLINE __u32 ipv4_header_length(const struct ipv4_header *ip)
{
	return (ip->version_ihl & 15) * 4;
}

/* Layer 3 into the record. `length` is what iptables counts: total length, or for GSO packets too long for that field, what is there. */
INLINE void parse_ipv4(struct record *r, const struct ipv4_header *ip, __u32 length)
{
	__u32 fragment = NTOHS(ip->fragment);

	r->src[0] = NTOHL(ip->src);
	r->dst[0] = NTOHL(ip->dst);
	r->family = FAMILY_INET;
	r->length = length;
	r->frag_offset = fragment & 0x1fff;
	r->more_fragments = (fragment & IPV4_MF) != 0;
	r->ip_id = NTOHS(ip->id);
	r->proto = ip->proto;
	r->ttl = ip->ttl;
	r->tos = ip->tos;
}

/*
 * The one's complement sum of an IPv4 header is 0xffff when its checksum is right (RFC 1071).
 * `words` 16-bit words of 20 bytes; options are summed by the caller, which knows how to reach them.
 */
INLINE __u32 sum_ipv4(const struct ipv4_header *ip)
{
	const __u32 *word = (const __u32 *)ip;

	__u64 sum = (__u64)word[0] + word[1] + word[2] + word[3] + word[4];

	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

INLINE int sum_is_right(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/* How many bytes of layer 4 the rules can look at in a header: 20, 8, 4 or none (see enum l4_state). */
INLINE __u32 l4_tier(__u32 available)
{
	return available >= 20 ? 20 : available >= 8 ? 8 : available >= 4 ? 4 : 0;
}

INLINE int has_ports(__u8 proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_UDPLITE || proto == PROTO_SCTP || proto == PROTO_DCCP;
}

/* No layer-4 header here: a later fragment. */
INLINE void clear_l4(struct record *r)
{
	r->sport = r->dport = 0;
	r->tcp_flags = r->icmp_type = r->icmp_code = 0;
	r->l4_state = 0;
}

/*
 * Layer 4 into the record: `tier` bytes at `l4` may be read, `available` bytes follow the IP header within its total length.
 * `icmp`: the family's own ICMP. Kernel: what skb_header_pointer() can reach in tcp_mt, udp_mt, icmp_match, multiport_mt.
 */
INLINE void parse_l4_of(struct record *r, const __u8 *l4, __u32 tier, __u32 available, __u8 icmp)
{
	__u8 state = 0;

	clear_l4(r);
	if (tier < 20)
		state |= L4_SHORT20;
	if (tier < 8)
		state |= L4_SHORT8;
	if (tier < 4)
		state |= L4_SHORT4;
	if (tier >= 4 && has_ports(r->proto)) {
		__u32 ports = NTOHL(*(const __u32 *)l4);

		/* Both at once: rules that ask for both read them at once, which a processor serves slowly from two stores. */
		*(__u32 *)&r->sport = ports << 16 | ports >> 16;
	}
	if (tier >= 8 && r->proto == icmp) {
		r->icmp_type = l4[0];
		r->icmp_code = l4[1];
	}
	if (tier >= 20 && r->proto == PROTO_TCP) {
		__u32 header = (l4[12] >> 4) * 4;

		r->tcp_flags = l4[13];
		if (header < 20 || header > available)
			state |= L4_TCP_OPTIONS_CUT;
	}
	r->l4_state = state;
}

INLINE void parse_l4(struct record *r, const __u8 *l4, __u32 tier, __u32 available)
{
	parse_l4_of(r, l4, tier, available, PROTO_ICMP);
}

#endif
