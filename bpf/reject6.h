/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The answer that REJECT sends to a packet of IPv6: the packet at hand is rewritten into it. What the stages that make it share. */
#ifndef BPF_IPTABLES_REJECT6_H
#define BPF_IPTABLES_REJECT6_H

#include "address6.h"
#include "checksum.h"
#include "kernel.h"
#include "parse6.h"
#include "reject.h"

#define ICMPV6_UNREACHABLE 1
/* Types of ICMPv6 from here on are no errors (RFC 4443). */
#define ICMPV6_INFORMATIONAL 128
/* RFC 4443: an error is no longer than the least MTU of IPv6. */
#define ANSWER6_MAX 1280
#define QUOTE6 (IPV6_HEADER + ICMP_HEADER)
#define QUOTE6_MAX (ANSWER6_MAX - QUOTE6)
/* Bytes that one call sums: older kernels take no more. */
#define SUM6_STEP 512
/* Where layer 4 of a quoted packet may begin whose checksum is still to be made (reject_write6.c). */
#define QUOTED6_HEADERS_MAX 296

/* The answer while it is put together: map `answer6`, one per CPU. Numbers in host order. */
struct answer6 {
	__u32 source[4];
	__u32 destination[4];
	__u32 way;         /* enum answer_way */
	__u32 out_ifindex; /* device it leaves by */
	__u32 length;      /* bytes in packet */
	__u32 hop_limit;
	__u32 flow_label;
	__u32 pad;
	__u8 packet[ANSWER6_MAX + QUOTED6_HEADERS_MAX + 24] __attribute__((aligned(8))); /* zeros behind its end, for sums in words */
};

extern const char map_answer6;

/* IPV6_ADDR_UNICAST of ipv6_addr_type(): no group, not `::`, no IPv4 address in IPv6's clothes. */
INLINE int is_unicast6(const __u32 address[4])
{
	return !is_multicast6(address) && !is_any6(address) && (address[0] | address[1] || address[2] != 0xffff);
}

INLINE void copy6(__u32 to[4], const __u32 from[4])
{
	to[0] = from[0];
	to[1] = from[1];
	to[2] = from[2];
	to[3] = from[3];
}

/* As on the wire. */
INLINE void to_wire6(__u32 to[4], const __u32 from[4])
{
	to[0] = HTONL(from[0]);
	to[1] = HTONL(from[1]);
	to[2] = HTONL(from[2]);
	to[3] = HTONL(from[3]);
}

/* The IPv6 header of the answer: no extension headers. */
INLINE void answer6_header(struct answer6 *answer, __u32 proto)
{
	struct ipv6_header *ip = (void *)answer->packet;

	ip->version_class_label = HTONL(6u << 28 | answer->flow_label);
	ip->payload_length = HTONS(answer->length - IPV6_HEADER);
	ip->next = proto;
	ip->hop_limit = answer->hop_limit;
	to_wire6(ip->src, answer->source);
	to_wire6(ip->dst, answer->destination);
}

/* Zeros all of the packet: in parts, which clang is not to put together to a call. */
INLINE void clear_answer6(struct answer6 *answer)
{
#pragma unroll
	for (int part = 0; part < 4; part++) {
		__builtin_memset(answer->packet + part * (sizeof(answer->packet) / 4), 0, sizeof(answer->packet) / 4);
		READ_ANEW();
	}
}

#endif
