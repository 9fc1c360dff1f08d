/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The answer that REJECT sends: the packet at hand is rewritten into it. What the stages that make it share. */
#ifndef BPF_IPTABLES_REJECT_H
#define BPF_IPTABLES_REJECT_H

#include "kernel.h"
#include "parse.h"

#define REJECT_RESET 255 /* record->reject_type, others are ICMP codes */
#define ICMP_UNREACHABLE 3
#define ICMP_HEADER 8
#define TCP_HEADER 20
#define IPV4_WORDS 5
/* RFC 1812: an ICMP error is at most so long. */
#define ANSWER_MAX 576
#define ANSWER_IPV4_MAX (ANSWER_MAX - IPV4_HEADER - ICMP_HEADER)

/* How the answer gets on its way. */
enum answer_way {
	WAY_NONE,          /* it cannot */
	WAY_OUT,           /* to a neighbour, by a device */
	WAY_OUT_BARE,      /* by a device without link-layer header */
	WAY_LOOPBACK,      /* the packet was leaving by lo, and so does the answer */
	WAY_BACK_LOOPBACK, /* the packet came over lo: the answer goes back over it */
	WAY_TO_SELF,       /* the packet was leaving by another device: the answer goes to its sender over lo */
};

/* The answer while it is put together: map `answer`, one per CPU. Numbers in host order. */
struct answer {
	__u32 source;
	__u32 destination;
	__u32 way;         /* enum answer_way */
	__u32 out_ifindex; /* device it leaves by; WAY_TO_SELF: the one that has the sender's address */
	__u32 mtu;
	__u32 length;      /* bytes in packet */
	__u32 ip_id;
	__u32 ttl;
	__u8 packet[ANSWER_MAX + 64]; /* zeros behind its end, for sums in words */
};

extern const char map_answer;

/* Mark in __sk_buff.cb of an answer on its way to its own host. What decides is the route it carries, see entry_tc_egress. */
#define ANSWER_CB 4
#define ANSWER_COOKIE 0x52656a21

static long (*skb_store_bytes)(void *skb, __u32 offset, const void *from, __u32 length, __u64 flags) = (void *)BPF_FUNC_skb_store_bytes;
static long (*skb_change_tail)(void *skb, __u32 length, __u64 flags) = (void *)BPF_FUNC_skb_change_tail;
static long (*skb_adjust_room)(void *skb, __s32 difference, __u32 mode, __u64 flags) = (void *)BPF_FUNC_skb_adjust_room;
static long (*skb_vlan_pop)(void *skb) = (void *)BPF_FUNC_skb_vlan_pop;
static long (*redirect)(__u32 ifindex, __u64 flags) = (void *)BPF_FUNC_redirect;
static long (*redirect_neigh)(__u32 ifindex, void *params, int size, __u64 flags) = (void *)BPF_FUNC_redirect_neigh;
static __u32 (*random_number)(void) = (void *)BPF_FUNC_get_prandom_u32;

/* The IP header of the answer: no options, no fragment. */
INLINE void answer_header(struct answer *answer, __u32 proto, __u32 tos, __u32 fragment)
{
	struct ipv4_header *ip = (void *)answer->packet;

	ip->version_ihl = 0x45;
	ip->tos = tos;
	ip->total_length = HTONS(answer->length);
	ip->id = HTONS(answer->ip_id);
	ip->fragment = HTONS(fragment);
	ip->ttl = answer->ttl;
	ip->proto = proto;
	ip->checksum = 0;
	ip->src = HTONL(answer->source);
	ip->dst = HTONL(answer->destination);
	ip->checksum = ~sum_ipv4(ip);
}

#endif
