/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m socket for IPv6, at tc ingress: as socket_match.c. An ICMPv6 error quotes a packet whose extension headers are walked as ipv6_skip_exthdr() does. */
#include "kernel.h"
#include "packet_length.h"
#include "sockets.h"

#define ICMPV6_HEADER_LENGTH 8
#define ICMPV6_ECHO_REQUEST 128 /* types below it are errors, and quote */
#define IPV6_HEADER_LENGTH 40
#define TCP_HEADER_LENGTH 20
#define UDP_HEADER_LENGTH 8
/* Extension headers walked in what an error quotes. */
#define EXTENSIONS 8
enum { NEXT_HOP_BY_HOP = 0, NEXT_ROUTING = 43, NEXT_FRAGMENT = 44, NEXT_AUTHENTICATION = 51, NEXT_NONE = 59, NEXT_DESTINATION = 60 };

/* Our own view of RFC 8200, numbers as on the wire. */
struct ipv6_fixed {
	__u32 flow;
	__u16 payload;
	__u8 next;
	__u8 hops;
	__u32 src[4];
	__u32 dst[4];
};

INLINE int is_extension(__u8 next)
{
	return next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING || next == NEXT_FRAGMENT || next == NEXT_AUTHENTICATION || next == NEXT_DESTINATION;
}

/* extract_icmp6_fields(): the quoted packet went from here. Returns the protocol, 0 where there is none. */
INLINE __u8 quoted(struct __sk_buff *ctx, struct record *r, struct bpf_sock_tuple *tuple)
{
	__u32 at = r->l4_offset + ICMPV6_HEADER_LENGTH + IPV6_HEADER_LENGTH;
	struct ipv6_fixed ip;
	__u16 ports[2];
	__u8 type, next;

	if (skb_load_bytes(ctx, r->l4_offset, &type, 1) || type >= ICMPV6_ECHO_REQUEST)
		return 0;
	if (skb_load_bytes(ctx, r->l4_offset + ICMPV6_HEADER_LENGTH, &ip, sizeof(ip)))
		return 0;
	next = ip.next;
	for (int i = 0; i < EXTENSIONS && is_extension(next); i++) {
		__u8 header[4];

		if (skb_load_bytes(ctx, at, header, sizeof(header)))
			return 0;
		if (next == NEXT_FRAGMENT && (header[2] || header[3] & 0xf8))
			return 0;
		at += next == NEXT_FRAGMENT ? 8 : next == NEXT_AUTHENTICATION ? (header[1] + 2) * 4 : (header[1] + 1) * 8;
		next = header[0];
	}
	if ((next != PROTO_TCP && next != PROTO_UDP) || skb_load_bytes(ctx, at, ports, sizeof(ports)))
		return 0;
	__builtin_memcpy(tuple->ipv6.saddr, ip.dst, sizeof(ip.dst));
	__builtin_memcpy(tuple->ipv6.daddr, ip.src, sizeof(ip.src));
	tuple->ipv6.sport = ports[1];
	tuple->ipv6.dport = ports[0];
	return next;
}

STAGE __u32 socket_match6(struct __sk_buff *ctx, struct record *r, struct socket_slot *slot)
{
	struct bpf_sock_tuple tuple = {};
	__u8 proto = r->proto, ports[UDP_HEADER_LENGTH];
	__u32 available = packet_end(r) - (r->l4_offset - r->l3_offset);

	if (r->preset || r->frag_offset || r->l4_state & L4_PROTO_CUT)
		return 0;
	if (proto == PROTO_ICMPV6) {
		proto = quoted(ctx, r, &tuple);
		if (!proto)
			return 0;
	} else if (proto == PROTO_TCP || proto == PROTO_UDP) {
		if (available < (proto == PROTO_TCP ? TCP_HEADER_LENGTH : UDP_HEADER_LENGTH) || skb_load_bytes(ctx, r->l4_offset, ports, sizeof(ports)))
			return 0;
		for (int i = 0; i < 4; i++) {
			tuple.ipv6.saddr[i] = HTONL(r->src[i]);
			tuple.ipv6.daddr[i] = HTONL(r->dst[i]);
		}
		tuple.ipv6.sport = *(__u16 *)ports;
		tuple.ipv6.dport = *(__u16 *)(ports + 2);
	} else {
		return 0;
	}
	return socket_holds(ctx, &tuple, sizeof(tuple.ipv6), proto, slot->flags);
}
