/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An ICMP error is RELATED to the flow of the packet it quotes; to no flow: INVALID. */
#include "quoted.h"

#define ICMP_HEADER 8

/* The ends of the packet quoted at `offset`. Returns 0, or -1 if it cannot belong to a flow. `within` = bytes of the error from there. */
INLINE int quoted_ends(packet_context *ctx, struct ends *ends, __u32 offset, __u32 within)
{
	struct ipv4_header ip;
	__u32 header;

	if (within < IPV4_HEADER || load_bytes(ctx, offset, &ip, sizeof(ip)))
		return -1;
	header = ipv4_header_length(&ip);
	if ((NTOHS(ip.fragment) & 0x1fff) || header > within)
		return -1;
	ends->src[0] = NTOHL(ip.src);
	ends->dst[0] = NTOHL(ip.dst);
	ends->proto = ip.proto;
	ends->ip_id = NTOHS(ip.id);
	return quoted_l4(ctx, ends, offset + header, within - header);
}

/* As relate(). Returns 0. */
STAGE int HERE(track_icmp_error)(packet_context *ctx, struct record *r, __u64 now)
{
	__u32 quote = r->l4_offset + ICMP_HEADER;
	__u32 within = r->length - (r->l4_offset - r->l3_offset) - ICMP_HEADER;
	struct ends ends;

	if (!quoted_ends(ctx, &ends, quote, within))
		relate(ctx, r, &ends, now);
	return 0;
}
