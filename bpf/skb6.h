/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reaching into an skb at the tc hooks, IPv6. */
#ifndef BPF_IPTABLES_SKB6_H
#define BPF_IPTABLES_SKB6_H

#include "kernel.h"
#include "parse6.h"
#include "skb.h"

int extension_headers(struct __sk_buff *ctx, struct record *r);
int hop_by_hop(struct __sk_buff *ctx, struct record *r);

/* Layer 4 into the record, wherever it is. */
INLINE void parse_distant_l4(struct __sk_buff *ctx, struct record *r)
{
	__u32 header = r->l4_offset - r->l3_offset;
	__u32 available = r->length > header ? r->length - header : 0;
	__u32 tier = l4_tier(available);
	__u8 l4[20];

	if (tier == 20 && !skb_load_bytes(ctx, r->l4_offset, l4, 20))
		parse_l4_of(r, l4, 20, available, PROTO_ICMPV6);
	else if (tier == 8 && !skb_load_bytes(ctx, r->l4_offset, l4, 8))
		parse_l4_of(r, l4, 8, available, PROTO_ICMPV6);
	else if (tier == 4 && !skb_load_bytes(ctx, r->l4_offset, l4, 4))
		parse_l4_of(r, l4, 4, available, PROTO_ICMPV6);
	else
		parse_l4_of(r, l4, 0, available, PROTO_ICMPV6);
}

/*
 * Parses the headers into the record; `strict` = as ip6_rcv_core() checks what came in (version, lengths, hop-by-hop options).
 * Sets l3_offset and l4_offset. HEADERS_BAD: no IPv6 packet that rules could be asked about.
 */
INLINE enum header_result skb_headers6(struct __sk_buff *ctx, struct record *r, __u32 offset, int strict)
{
	const struct ipv6_header *ip;
	__u32 length, here, available, tier;
	char *l4, *end;

	if (offset > L3_OFFSET_MAX)
		return HEADERS_LOST;
	ip = skb_bytes(ctx, offset, IPV6_HEADER);
	if (!ip)
		return headers_missing(ctx, offset + IPV6_HEADER);
	if (strict && NTOHL(ip->version_class_label) >> 28 != 6)
		return HEADERS_BAD;
	here = ctx->len - offset;
	length = ipv6_length(ip, here, ctx->gso_size);
	if (length > here)
		return HEADERS_BAD;
	parse_ipv6(r, ip, length);
	r->l3_offset = offset;
	r->l4_offset = offset + IPV6_HEADER;
	if (strict && r->proto == NEXT_HOP_BY_HOP && hop_by_hop(ctx, r))
		return HEADERS_BAD;
	if (UNLIKELY(is_extension(r->proto))) {
		if (extension_headers(ctx, r))
			parse_distant_l4(ctx, r);
		return HEADERS_FINE;
	}
	available = length - IPV6_HEADER;
	tier = l4_tier(available);
	ip = skb_bytes(ctx, offset, IPV6_HEADER + tier);
	if (!ip)
		return headers_missing(ctx, offset + IPV6_HEADER + tier);
	l4 = (char *)ip + IPV6_HEADER;
	end = PACKET_POINTER(ctx, data_end);
	if (tier == 20 && l4 + 20 <= end)
		parse_l4_of(r, (void *)l4, 20, available, PROTO_ICMPV6);
	else if (tier == 8 && l4 + 8 <= end)
		parse_l4_of(r, (void *)l4, 8, available, PROTO_ICMPV6);
	else if (tier == 4 && l4 + 4 <= end)
		parse_l4_of(r, (void *)l4, 4, available, PROTO_ICMPV6);
	else
		parse_l4_of(r, (void *)l4, 0, available, PROTO_ICMPV6);
	return HEADERS_FINE;
}

#endif
