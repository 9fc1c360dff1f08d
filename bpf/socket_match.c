/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m socket for IPv4, at tc ingress: of a TCP or UDP packet the socket it is for, of an ICMP error the one that sent what it quotes. */
#include "kernel.h"
#include "parse.h"
#include "sockets.h"

/* ICMP types whose packets quote another: bits by type. */
#define QUOTING (1 << 3 | 1 << 4 | 1 << 5 | 1 << 11 | 1 << 12)
#define ICMP_HEADER_LENGTH 8
#define TCP_HEADER_LENGTH 20
#define UDP_HEADER_LENGTH 8

/* extract_icmp4_fields(): the quoted packet went from here, so its source is the local end. Returns the protocol, 0 where there is none. */
INLINE __u8 quoted(struct __sk_buff *ctx, struct record *r, struct bpf_sock_tuple *tuple)
{
	__u32 at = r->l4_offset + ICMP_HEADER_LENGTH;
	struct ipv4_header ip;
	__u16 ports[2];
	__u8 type;

	if (skb_load_bytes(ctx, r->l4_offset, &type, 1) || type > 12 || !(1 << type & QUOTING))
		return 0;
	if (skb_load_bytes(ctx, at, &ip, sizeof(ip)) || (ip.proto != PROTO_TCP && ip.proto != PROTO_UDP))
		return 0;
	if (skb_load_bytes(ctx, at + ipv4_header_length(&ip), ports, sizeof(ports)))
		return 0;
	tuple->ipv4.saddr = ip.dst;
	tuple->ipv4.sport = ports[1];
	tuple->ipv4.daddr = ip.src;
	tuple->ipv4.dport = ports[0];
	return ip.proto;
}

STAGE __u32 socket_match(struct __sk_buff *ctx, struct record *r, struct socket_slot *slot)
{
	struct bpf_sock_tuple tuple = {};
	__u8 proto = r->proto, whole[TCP_HEADER_LENGTH];
	__u32 available = r->length - (r->l4_offset - r->l3_offset);

	if (r->preset || r->frag_offset)
		return 0;
	if (proto == PROTO_ICMP) {
		proto = quoted(ctx, r, &tuple);
		if (!proto)
			return 0;
	} else if (proto == PROTO_TCP || proto == PROTO_UDP) {
		if (available < (proto == PROTO_TCP ? TCP_HEADER_LENGTH : UDP_HEADER_LENGTH) || skb_load_bytes(ctx, r->l4_offset, whole, UDP_HEADER_LENGTH))
			return 0;
		tuple.ipv4.saddr = HTONL(r->src[0]);
		tuple.ipv4.daddr = HTONL(r->dst[0]);
		tuple.ipv4.sport = *(__u16 *)whole;
		tuple.ipv4.dport = *(__u16 *)(whole + 2);
	} else {
		return 0;
	}
	return socket_holds(ctx, &tuple, sizeof(tuple.ipv4), proto, slot->flags);
}
