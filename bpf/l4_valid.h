/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What no flow may be made of, nor be moved by: malformed layer-4 headers and wrong checksums. */
#ifndef BPF_IPTABLES_L4_VALID_H
#define BPF_IPTABLES_L4_VALID_H

#include "kernel.h"
#include "checksum.h"
#include "conntrack_settings.h"
#include "family.h"
#include "flow.h"
#include "packet.h"
#include "tcp_track.h"

int HERE(sum_packet)(packet_context *ctx, __u32 offset, __u32 length, __u32 seed);
int sctp_checksum_wrong(struct __sk_buff *ctx, struct record *r, __u32 length);

/* The first bytes of layer 4, whatever the protocol: ports, or ICMP type, code, checksum, identifier; UDP length and checksum. */
struct l4_start {
	__u16 word[4];
};

/* Protocols whose first bytes are looked at beyond what the record has of them. */
INLINE int asks_l4_start(__u8 proto)
{
	return proto == PROTO_UDP || proto == PROTO_UDPLITE || proto == FAMILY_ICMP || proto == PROTO_GRE;
}

INLINE __u32 l4_length(const struct record *r)
{
	__u32 headers = r->l4_offset - r->l3_offset;

#ifdef OF_IPV6
	/* An extension header may say that it is longer than what is there. */
	if (headers > r->length)
		return 0;
#endif
	return r->length - headers;
}

/* What a checksum covers: so many bytes of layer 4, and a pseudo header with this protocol; 0 bytes = there is nothing to check. */
struct covered {
	__u32 bytes;
	__u32 pseudo; /* 0 = none */
};

/*
 * tcp_error(), udp_error(), udplite_error(), sctp_error(), nf_conntrack_icmpv4_error(), nf_conntrack_icmpv6_error(), checksums aside: what no flow may be made of, nor be moved by.
 * Says what a checksum would cover.
 */
INLINE int malformed(struct record *r, const struct l4_start *l4, struct covered *covered)
{
	__u32 length = l4_length(r);

	covered->bytes = 0;
	covered->pseudo = r->proto;
	if (r->proto == PROTO_TCP) {
		covered->bytes = length;
		return (r->l4_state & (L4_SHORT20 | L4_TCP_OPTIONS_CUT)) || !tcp_flags_valid(r->tcp_flags);
	}
	if (r->proto == PROTO_UDP) {
		__u32 announced = NTOHS(l4->word[2]);

		if (l4->word[3] != 0)
			covered->bytes = length;
		return (r->l4_state & L4_SHORT8) || announced < 8 || (announced > length && !r->more_fragments);
	}
	if (r->proto == PROTO_UDPLITE) {
		__u32 announced = NTOHS(l4->word[2]);

		/* The kernel sums UDP-Lite with UDP's protocol number, so that right ones are wrong to it. */
		covered->pseudo = PROTO_UDP;
		covered->bytes = announced ? announced : length;
		return (r->l4_state & L4_SHORT8) || l4->word[3] == 0 || covered->bytes < 8 || covered->bytes > length;
	}
	if (r->proto == FAMILY_ICMP) {
		covered->bytes = length;
#ifdef OF_IPV6
		return (r->l4_state & L4_SHORT8) != 0;
#else
		covered->pseudo = 0;
		return (r->l4_state & L4_SHORT8) || r->icmp_type > ICMP_MASK_ANSWER;
#endif
	}
	if (r->proto == PROTO_GRE)
		return !(r->l4_state & L4_SHORT8) && gre_call(l4->word) < 0;
	if (r->proto == PROTO_SCTP) {
		covered->bytes = length;
		return length < 12;
	}
	/* Not in this family: the kernel makes no flow of it. */
	return r->proto == FOREIGN_ICMP;
}

enum summing { SUM_FINE, SUM_WRONG, SUM_UNKNOWN };

/* Whether somebody else has vouched for the checksum, or it is still to be made. XDP is not told. */
INLINE int vouched_for(packet_context *ctx)
{
#ifdef AT_XDP
	return 0;
#else
	__u32 summed = skb_summed(ctx);

	return summed == SUMMED_PARTIAL || summed == SUMMED_UNNECESSARY;
#endif
}

/*
 * Whether the checksum is wrong. Only asked of packets that came in. What looks wrong to XDP may be a checksum still to be made (from a
 * veth peer), and one that is too long to be summed is fine: both are for tc to say.
 */
INLINE enum summing checksum(packet_context *ctx, struct record *r, const struct covered *covered)
{
	__u32 seed = 0;
	int sum;

#ifdef AT_XDP
	if (r->proto == PROTO_SCTP)
		return SUM_UNKNOWN;
#endif
	if (covered->bytes == 0 || r->chain == CHAIN_OUTPUT || r->more_fragments || vouched_for(ctx) || !heeds_checksums(ctx))
		return SUM_FINE;
#ifndef AT_XDP
	/* A device that sums all bytes says nothing of a CRC: the kernel does not look then either. */
	if (r->proto == PROTO_SCTP)
		return skb_summed(ctx) == SUMMED_NONE && sctp_checksum_wrong(ctx, r, covered->bytes) ? SUM_WRONG : SUM_FINE;
#endif
	if (covered->pseudo)
		seed = PSEUDO_HEADER(r, covered->pseudo, l4_length(r));
	sum = HERE(sum_packet)(ctx, r->l4_offset, covered->bytes, seed);
	if (sum == 0xffff)
		return SUM_FINE;
#ifdef AT_XDP
	return SUM_UNKNOWN;
#else
	return sum >= 0 ? SUM_WRONG : SUM_FINE;
#endif
}

#endif
