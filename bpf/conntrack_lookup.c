/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Conntrack before the rules: which flow the packet belongs to and what state that gives it, as nf_conntrack_in() says. A known flow
 * takes the step at once, as the kernel's does, whatever the rules say afterwards; a new one is put together in the record and kept by
 * conntrack_commit only when the packet is accepted. Writes ct_state, ct_direction, ct_pending, flow_key, flow.
 * Returns enum entry_result: a later fragment is not judged by itself, it follows its first one.
 */
#include "kernel.h"
#include "checksum.h"
#include "flow.h"
#include "packet.h"
#include "fragment.h"
#include "parse.h"
#include "tcp_track.h"

int HERE(sum_packet)(packet_context *ctx, __u32 offset, __u32 length, __u32 seed);
int HERE(track_tcp)(packet_context *ctx, struct record *r, struct flow *flow, __u64 now);
int HERE(track_icmp_error)(packet_context *ctx, struct record *r, __u64 now);

/* sysctls nf_conntrack_*_timeout* at their defaults. */
#define UDP_TIMEOUT (30 * SECONDS)
#define UDP_STREAM_TIMEOUT (120 * SECONDS)
#define UDP_STREAM_AFTER (2 * SECONDS)
#define ICMP_TIMEOUT (30 * SECONDS)
#define GRE_TIMEOUT (30 * SECONDS)
#define GRE_STREAM_TIMEOUT (180 * SECONDS)
/* How long the kernel may take to answer a packet that it does not route. */
#define UNROUTED_TIMEOUT SECONDS
#define GENERIC_TIMEOUT (600 * SECONDS)

/* The first bytes of layer 4, whatever the protocol: ports, or ICMP type, code, checksum, identifier; UDP length and checksum. */
struct l4_start {
	__u16 word[4];
};

/* Protocols whose first bytes are looked at beyond what the record has of them. */
INLINE int asks_l4_start(__u8 proto)
{
	return proto == PROTO_UDP || proto == PROTO_UDPLITE || proto == PROTO_ICMP || proto == PROTO_GRE;
}

INLINE __u32 l4_length(const struct record *r)
{
	return r->length - (r->l4_offset - r->l3_offset);
}

/* What a checksum covers: so many bytes of layer 4, and a pseudo header with this protocol; 0 bytes = there is nothing to check. */
struct covered {
	__u32 bytes;
	__u32 pseudo; /* 0 = none */
};

/*
 * tcp_error(), udp_error(), udplite_error(), nf_conntrack_icmpv4_error(), checksums aside: what no flow may be made of, nor be moved by.
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
	if (r->proto == PROTO_ICMP) {
		covered->bytes = length;
		covered->pseudo = 0;
		return (r->l4_state & L4_SHORT8) || r->icmp_type > ICMP_MASK_ANSWER;
	}
	if (r->proto == PROTO_GRE)
		return !(r->l4_state & L4_SHORT8) && gre_call(l4->word) < 0;
	return r->proto == PROTO_SCTP && length < 12;
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

	if (covered->bytes == 0 || r->chain == CHAIN_OUTPUT || r->more_fragments || vouched_for(ctx))
		return SUM_FINE;
	if (covered->pseudo)
		seed = pseudo_header(r->src[0], r->dst[0], covered->pseudo, l4_length(r));
	sum = HERE(sum_packet)(ctx, r->l4_offset, covered->bytes, seed);
	if (sum == 0xffff)
		return SUM_FINE;
#ifdef AT_XDP
	return SUM_UNKNOWN;
#else
	return sum >= 0 ? SUM_WRONG : SUM_FINE;
#endif
}

/* The step of a flow of any protocol but TCP: how long it lives on. */
INLINE int track_other(struct record *r, struct flow *flow, __u64 now)
{
	__u64 short_time = r->proto == PROTO_GRE ? GRE_TIMEOUT : UDP_TIMEOUT;
	__u64 long_time = r->proto == PROTO_GRE ? GRE_STREAM_TIMEOUT : UDP_STREAM_TIMEOUT;

	if (r->proto == PROTO_ICMP) {
		flow->expires = now + ICMP_TIMEOUT;
	} else if (r->proto == PROTO_UDP || r->proto == PROTO_UDPLITE || r->proto == PROTO_GRE) {
		int stream = (flow->flags & FLOW_SEEN_REPLY) && now > flow->stream_at;

		flow->expires = now + (stream ? long_time : short_time);
		if (stream)
			flow_assure(&r->flow_key, flow);
	} else {
		flow->expires = now + GENERIC_TIMEOUT;
	}
	return TRACK_FINE;
}

INLINE int track_step(packet_context *ctx, struct record *r, struct flow *flow, __u64 now)
{
	return r->proto == PROTO_TCP ? HERE(track_tcp)(ctx, r, flow, now) : track_other(r, flow, now);
}

/* A known flow: its state as it was before this packet. */
INLINE int track_known(packet_context *ctx, struct record *r, struct flow *flow, int second, __u64 now)
{
	int origin_second = (flow->flags & FLOW_ORIGIN_SECOND) != 0, result;

	r->ct_direction = second != origin_second ? DIRECTION_REPLY : DIRECTION_ORIGINAL;
	r->ct_state = r->ct_direction == DIRECTION_REPLY || (flow->flags & FLOW_SEEN_REPLY) ? CT_ESTABLISHED : CT_NEW;
	result = track_step(ctx, r, flow, now);
	if (result == TRACK_FINE && r->ct_direction == DIRECTION_REPLY)
		flow->flags |= FLOW_SEEN_REPLY;
	return result;
}

/* The first packet of a flow. An answer without a question starts none. */
INLINE int track_new(packet_context *ctx, struct record *r, int second, __u64 now)
{
	struct flow *flow = &r->flow;

	if (r->proto == PROTO_ICMP && second)
		return TRACK_INVALID;
	__builtin_memset(flow, 0, sizeof(*flow));
	flow->flags = second ? FLOW_ORIGIN_SECOND : 0;
	flow->stream_at = now + UDP_STREAM_AFTER;
	flow->last_index = SEGMENT_NONE;
	r->ct_direction = DIRECTION_ORIGINAL;
	if (track_step(ctx, r, flow, now) != TRACK_FINE)
		return TRACK_INVALID;
	r->ct_state = CT_NEW;
	r->ct_pending = 1;
	return TRACK_FINE;
}

/*
 * A datagram in fragments is one packet to the kernel, which puts it together before conntrack: the first fragment stands for it, the
 * others follow its verdict. What comes before its first fragment, or could overwrite a TCP header, is dropped.
 */
INLINE int follow_first(struct record *r)
{
	struct fragment *first = fragment_of(r);

	if (r->proto == PROTO_TCP && r->frag_offset && r->frag_offset * 8 < sizeof(struct tcp_header))
		return ENTRY_DROP;
	return first && first->accepted ? ENTRY_PASS : ENTRY_DROP;
}

/* Returns enum entry_result; at tc always ENTRY_JUDGE, XDP leaves what it cannot know. */
INLINE int track(packet_context *ctx, struct record *r)
{
	struct l4_start l4 = {};
	struct ends ends;
	struct covered covered;
	enum summing summing;
	struct flow *flow;
	int second, result;
	__u64 now;

	if (!(r->l4_state & L4_SHORT8) && asks_l4_start(r->proto)) {
		if (load_bytes(ctx, r->l4_offset, &l4, sizeof(l4)))
			return ENTRY_JUDGE;
	}
	if (malformed(r, &l4, &covered))
		return ENTRY_JUDGE;
	summing = checksum(ctx, r, &covered);
	if (summing != SUM_FINE)
		return summing == SUM_UNKNOWN ? ENTRY_PASS : ENTRY_JUDGE;
	READ_ANEW();
	now = flow_clock();
	if (r->proto == PROTO_ICMP && icmp_is_error(r->icmp_type)) {
		HERE(track_icmp_error)(ctx, r, now);
		return ENTRY_JUDGE;
	}
	ends.src = r->src[0];
	ends.dst = r->dst[0];
	ends.proto = r->proto;
	ends.icmp_type = r->icmp_type;
	ends.icmp_code = r->icmp_code;
	ends.ip_id = r->ip_id;
	ends.sport = r->proto == PROTO_ICMP ? NTOHS(l4.word[2]) : r->sport;
	ends.dport = r->proto == PROTO_ICMP ? ends.sport : r->dport;
	/* The kernel has had no tracker for DCCP since 6.17: one flow for each pair of hosts. */
	if (r->proto == PROTO_DCCP)
		ends.sport = ends.dport = 0;
	if (r->proto == PROTO_GRE && !(r->l4_state & L4_SHORT8))
		ends.dport = gre_call(l4.word);
	second = flow_key_of(&r->flow_key, &ends);
	if (second < 0)
		return ENTRY_JUDGE;
	second = FORGET(r, second);
	READ_ANEW();
	flow = flow_find(&r->flow_key, now);
	if (flow) {
		/* From an end to itself: the kernel finds the reply's side of such a flow first. */
		if (r->proto != PROTO_ICMP && ends.src == ends.dst && ends.sport == ends.dport)
			second = 1;
		result = track_known(ctx, r, flow, second, now);
		if (result == TRACK_AGAIN)
			flow_forget(&r->flow_key);
	} else {
		result = TRACK_AGAIN;
	}
	if (result == TRACK_AGAIN)
		result = track_new(ctx, r, second, now);
	if (result == TRACK_INVALID) {
		r->ct_state = CT_INVALID;
		r->ct_direction = DIRECTION_ORIGINAL;
	}
	/* No rule will accept it, but the kernel may answer with an ICMP error, which is RELATED to it. */
	if (r->unrouted && r->ct_state != CT_INVALID) {
		r->flow.flags = second != r->ct_direction ? FLOW_ORIGIN_SECOND : 0;
		r->flow.expires = now + UNROUTED_TIMEOUT;
		r->flow.last_end = r->ip_id;
		map_update(&map_flows_unrouted, &r->flow_key, &r->flow, BPF_ANY);
	}
	return ENTRY_JUDGE;
}

/* Over lo, and with answers of our own, the state was found before. Nothing that comes in by another device is believed: tc_index survives veth. */
INLINE int state_carried(packet_context *ctx, struct record *r)
{
#ifndef AT_XDP
	__u32 carried = ctx->tc_index;

	if ((carried & CARRIER_MASK) == CARRIER_MARK && (r->in_ifindex == IFINDEX_LOOPBACK || (r->chain == CHAIN_OUTPUT && (carried & CARRIER_ANSWER)))) {
		r->ct_state = carried & (CT_INVALID | CT_ESTABLISHED | CT_RELATED | CT_NEW | CT_UNTRACKED);
		r->ct_direction = (carried & CARRIER_REPLY) != 0;
		return 1;
	}
#endif
	return 0;
}

STAGE int HERE(conntrack_lookup)(packet_context *ctx, struct record *r)
{
	int result;

	if (r->preset)
		return ENTRY_JUDGE;
#ifdef AT_XDP
	/* A first fragment that is left to tc would speak for the others too late. */
	if (r->frag_offset || r->more_fragments)
		return ENTRY_PASS;
#endif
	r->ct_pending = 0;
	r->ct_direction = DIRECTION_ORIGINAL;
	r->ct_state = CT_INVALID;
	if (state_carried(ctx, r))
		return ENTRY_JUDGE;
	if (r->frag_offset || r->later_fragment)
		return follow_first(r);
	result = track(ctx, r);
	if (r->more_fragments)
		fragment_note(r, 0);
#ifndef AT_XDP
	if (r->chain == CHAIN_OUTPUT && r->out_ifindex == IFINDEX_LOOPBACK)
		ctx->tc_index = CARRIER_MARK | (r->ct_direction ? CARRIER_REPLY : 0) | (r->ct_state & 0x1f);
#endif
	return result;
}
