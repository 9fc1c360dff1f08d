/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* IPv6 headers into the record, the same at every hook. What is not in the packet is 0 in the record. */
#ifndef BPF_IPTABLES_PARSE6_H
#define BPF_IPTABLES_PARSE6_H

#include "kernel.h"
#include "parse.h"

/* RFC 8200; our own view of it, all numbers as on the wire. */
struct ipv6_header {
	__u32 version_class_label; /* 4, 8 and 20 bits */
	__u16 payload_length;
	__u8 next;
	__u8 hop_limit;
	__u32 src[4];
	__u32 dst[4];
};

#define IPV6_HEADER 40

enum ipv6_next { NEXT_HOP_BY_HOP = 0, NEXT_ROUTING = 43, NEXT_FRAGMENT = 44, NEXT_AUTHENTICATION = 51, NEXT_NONE = 59, NEXT_DESTINATION = 60 };

/* Whether a header of this number is stepped over on the way to the transport (ipv6_ext_hdr() of the kernel, NEXT_NONE apart: it ends the way). */
INLINE int is_extension(__u8 next)
{
	/* Numbers below 64 as bits of a word: one test. */
	return next < 64 && (1ull << next & (1ull << NEXT_HOP_BY_HOP | 1ull << NEXT_ROUTING | 1ull << NEXT_FRAGMENT | 1ull << NEXT_AUTHENTICATION | 1ull << NEXT_DESTINATION));
}

/*
 * The bytes that count, its header among them: `here` are there. Of a jumbogram, or one of GSO that is too long for the field, what is there.
 */
INLINE __u32 ipv6_length(const struct ipv6_header *ip, __u32 here, __u32 gso_size)
{
	__u32 payload = NTOHS(ip->payload_length);

	return payload == 0 && (gso_size || ip->next == NEXT_HOP_BY_HOP) ? here : payload + IPV6_HEADER;
}

/* Layer 3 into the record, as if there were no extension headers. */
INLINE void parse_ipv6(struct record *r, const struct ipv6_header *ip, __u32 length)
{
	for (int i = 0; i < 4; i++) {
		r->src[i] = NTOHL(ip->src[i]);
		r->dst[i] = NTOHL(ip->dst[i]);
	}
	r->family = FAMILY_INET6;
	r->length = length;
	r->frag_offset = 0;
	r->more_fragments = 0;
	r->ip_id = 0;
	r->fragment_id = 0;
	r->fragment_at = 0;
	r->fragment_flags = 0;
	r->proto = ip->next;
	r->ttl = ip->hop_limit;
	r->tos = NTOHL(ip->version_class_label) >> 20;
}

#endif
