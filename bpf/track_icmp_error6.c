/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * An ICMPv6 error, or a redirect, is RELATED to the flow of the packet it quotes; to no flow: INVALID (nf_conntrack_icmpv6_error(),
 * nf_conntrack_icmpv6_redirect()).
 */
#define OF_IPV6
#include "parse6.h"
#include "quoted.h"
#include "rounds.h"

#define ICMP6_HEADER 8
/* RFC 4861: a redirect has two addresses behind that, then options, of which the first must be what it quotes. */
#define REDIRECT_HEADER 40
#define REDIRECT_QUOTE 8
#define OPTION_REDIRECTED 4
#define NEIGHBOUR_HOP_LIMIT 255
/* More extension headers than anybody quotes. */
#define QUOTED_EXTENSIONS 64

/* Where the walk over a quoted packet's extension headers is: in the record's scratch, where the verifier does not follow it. */
struct quoted_walk {
	__u32 at;
	__u32 proto;
};

/* Takes a step. Returns 1 where the next header is the last, -1 where there is none, as ipv6_skip_exthdr() finds it: a header behind the end will do. */
INLINE int step_over_quoted(struct __sk_buff *ctx, volatile struct quoted_walk *walk, __u32 end)
{
	__u32 proto = walk->proto, at = walk->at;
	__u8 start[4] = {};

	if (proto == NEXT_NONE)
		return -1;
	if (!is_extension(proto))
		return 1;
	if (at + (proto == NEXT_FRAGMENT ? 4 : 2) > end || skb_load_bytes(ctx, at, start, proto == NEXT_FRAGMENT ? 4 : 2))
		return -1;
	/* A later fragment has no layer 4. */
	if (proto == NEXT_FRAGMENT && (start[2] | (start[3] & ~7)))
		return -1;
	walk->at = at + (proto == NEXT_FRAGMENT ? 8 : proto == NEXT_AUTHENTICATION ? (start[1] + 2) * 4 : (start[1] + 1) * 8);
	walk->proto = start[0];
	return 0;
}

/* The ends of the packet quoted at `offset`; the error ends at `end`. Returns 0, or -1 if it cannot belong to a flow. */
INLINE int quoted_ends(struct __sk_buff *ctx, struct record *r, struct ends *ends, __u32 offset, __u32 end)
{
	volatile struct quoted_walk *walk = (void *)r->scratch;
	volatile __u64 *found = &r->scratch[1];
	struct ipv6_header ip;
	struct rounds rounds;
	__u32 at;

	if (offset + IPV6_HEADER > end || skb_load_bytes(ctx, offset, &ip, sizeof(ip)))
		return -1;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		ends->src[i] = NTOHL(ip.src[i]);
		ends->dst[i] = NTOHL(ip.dst[i]);
	}
	walk->at = offset + IPV6_HEADER;
	walk->proto = ip.next;
	*found = 0;
	rounds_begin(&rounds, QUOTED_EXTENSIONS);
	while (rounds_next(&rounds)) {
		*found = step_over_quoted(ctx, walk, end);
		if (*found)
			break;
	}
	rounds_end(&rounds);
	if (*found != 1)
		return -1;
	ends->proto = walk->proto;
	ends->ip_id = 0;
	at = walk->at;
	return quoted_l4(ctx, ends, at, at < end ? end - at : 0);
}

INLINE int is_link_local(const __u32 *address)
{
	return (address[0] & 0xffc00000) == 0xfe800000;
}

/* Where a redirect's quoted packet begins; 0 if it quotes none, or is not to be believed. */
INLINE __u32 redirect_quote(struct __sk_buff *ctx, struct record *r, __u32 end)
{
	__u32 at = r->l4_offset + REDIRECT_HEADER;
	__u8 option[2];

	/* To the statistics no error: it goes on like any other message, of which no flow is made. */
	if (at <= end && r->icmp_code != 0) {
		r->ct_icmp_error = 0;
		return 0;
	}
	if (r->ttl != NEIGHBOUR_HOP_LIMIT || !is_link_local(r->src) || at + 2 > end || skb_load_bytes(ctx, at, option, sizeof(option)) || option[1] == 0)
		return 0;
	if (option[0] != OPTION_REDIRECTED) {
		r->ct_icmp_error = 0;
		return 0;
	}
	return at + REDIRECT_QUOTE;
}

/* As relate(). Returns 0. */
STAGE int track_icmp_error6(struct __sk_buff *ctx, struct record *r, __u64 now)
{
	__u32 end = r->l3_offset + r->length, quote = r->l4_offset + ICMP6_HEADER;
	struct ends ends;

	if (r->icmp_type == ICMP6_REDIRECT)
		quote = redirect_quote(ctx, r, end);
	quote = FORGET(r, quote);
	if (quote && !quoted_ends(ctx, r, &ends, quote, end))
		relate(ctx, r, &ends, now);
	return 0;
}
