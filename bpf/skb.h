/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reaching into an skb at the tc hooks: where layer 3 starts, headers through direct packet access. */
#ifndef BPF_IPTABLES_SKB_H
#define BPF_IPTABLES_SKB_H

#include "kernel.h"
#include "checksum.h"
#include "parse.h"

/* No device has a longer link-layer header; a bound for the verifier. */
#define L3_OFFSET_MAX 255

/* Offset of the network header from the packet data start: 14 behind Ethernet, 0 from tun and for looped-back multicast. */
INLINE __u32 skb_l3_offset(void *skb)
{
	__u64 head = KREAD(__u64, skb, KOFF(sk_buff, head));
	__u64 data = KREAD(__u64, skb, KOFF(sk_buff, data));
	__u64 network = KREAD(__u16, skb, KOFF(sk_buff, network_header));

	return head + network - data;
}

/*
 * `length` (at most 80) readable bytes at `offset` (at most L3_OFFSET_MAX), pulled into the linear part where the driver left them
 * in fragments; NULL when the packet is shorter. Earlier packet pointers are void after it.
 */
INLINE void *skb_bytes(struct __sk_buff *ctx, __u32 offset, __u32 length)
{
	char *data = PACKET_POINTER(ctx, data);
	char *end = PACKET_POINTER(ctx, data_end);

	if (LIKELY(data + offset + length <= end))
		return data + offset;
	if (skb_pull_data(ctx, offset + length))
		return 0;
	data = PACKET_POINTER(ctx, data);
	end = PACKET_POINTER(ctx, data_end);
	return data + offset + length <= end ? data + offset : 0;
}

/* HEADERS_LOST: the bytes are there, but there was no memory to pull them; IP may fare better a moment later, so that such a packet must not go on unjudged. */
enum header_result { HEADERS_FINE, HEADERS_BAD, HEADERS_LOST };

/* Why skb_bytes() has given nothing. */
INLINE enum header_result headers_missing(struct __sk_buff *ctx, __u32 end)
{
	return ctx->len < end ? HEADERS_BAD : HEADERS_LOST;
}

/*
 * Parses the headers into the record; `strict` = as ip_rcv_core() checks what came in (version, lengths, checksum).
 * Sets l3_offset and l4_offset. HEADERS_BAD: no IPv4 packet that rules could be asked about.
 */
INLINE enum header_result skb_headers(struct __sk_buff *ctx, struct record *r, __u32 offset, int strict)
{
	const struct ipv4_header *ip;
	__u32 header, length, here, available, tier, sum;
	char *l4, *end;

	if (offset > L3_OFFSET_MAX)
		return HEADERS_LOST;
	ip = skb_bytes(ctx, offset, IPV4_HEADER);
	if (!ip)
		return headers_missing(ctx, offset + IPV4_HEADER);
	header = ipv4_header_length(ip);
	if (header < IPV4_HEADER || (strict && ip->version_ihl >> 4 != 4))
		return HEADERS_BAD;
	here = ctx->len - offset;
	length = NTOHS(ip->total_length);
	if (length == 0 && ctx->gso_size)
		length = here;
	if (length > here || length < header)
		return HEADERS_BAD;
	available = length - header;
	tier = l4_tier(available);
	if (NTOHS(ip->fragment) & 0x1fff)
		tier = 0;

	ip = skb_bytes(ctx, offset, header + tier);
	if (!ip)
		return headers_missing(ctx, offset + header + tier);
	end = PACKET_POINTER(ctx, data_end);
	if ((char *)ip + IPV4_HEADER > end)
		return HEADERS_BAD;
	if (strict) {
		sum = sum_ipv4(ip);
		if (UNLIKELY(header > IPV4_HEADER)) {
			__u8 options[40] = {};

			if (skb_load_bytes(ctx, offset + IPV4_HEADER, options, header - IPV4_HEADER))
				return HEADERS_BAD;
			sum = fold(csum_diff(0, 0, options, sizeof(options), sum));
		}
		if (!sum_is_right(sum))
			return HEADERS_BAD;
	}
	parse_ipv4(r, ip, length);
	r->l3_offset = offset;
	r->l4_offset = offset + header;
	if (r->frag_offset) {
		clear_l4(r);
		return HEADERS_FINE;
	}
	l4 = (char *)ip + header;
	if (tier == 20 && l4 + 20 <= end)
		parse_l4(r, (void *)l4, 20, available);
	else if (tier == 8 && l4 + 8 <= end)
		parse_l4(r, (void *)l4, 8, available);
	else if (tier == 4 && l4 + 4 <= end)
		parse_l4(r, (void *)l4, 4, available);
	else
		parse_l4(r, (void *)l4, 0, available);
	return HEADERS_FINE;
}

#endif
