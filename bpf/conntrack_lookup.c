/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Conntrack before the rules: which flow the packet belongs to and what state that gives it, as nf_conntrack_in() says. A known flow
 * takes the step at once, as the kernel's does, whatever the rules say afterwards; a new one is put together in the record and kept by
 * conntrack_commit only when the packet is accepted. Writes ct_state, ct_direction, ct_pending, flow_key, flow.
 * Returns enum entry_result.
 */
#include "kernel.h"
#include "family.h"
#include "flow.h"
#include "flow_event.h"
#include "flow_lock.h"
#include "flow_stats.h"
#include "flow_table.h"
#include "packet.h"
#include "datagram.h"
#include "l4_valid.h"
#include "packet_ends.h"
#include "parse.h"
#include "track_other.h"
#include "tcp_track.h"
#ifdef OF_IPV6
#include "protocol6.h"
#endif

int HERE(track_tcp)(packet_context *ctx, struct record *r, struct flow *flow, __u64 now);
int track_sctp(struct __sk_buff *ctx, struct record *r, struct flow *flow, __u64 now);
int OF_FAMILY(track_icmp_error)(packet_context *ctx, struct record *r, __u64 now);
int flow_room(void *ctx, struct record *r);
int flow_settled(void *ctx, struct record *r);

/* How long the kernel may take to answer a packet that it does not route. */
#define UNROUTED_TIMEOUT SECONDS

INLINE int track_step(packet_context *ctx, struct record *r, struct flow *flow, __u64 now)
{
	if (r->proto == PROTO_TCP)
		return HERE(track_tcp)(ctx, r, flow, now);
#ifndef AT_XDP
	if (r->proto == PROTO_SCTP)
		return track_sctp(ctx, r, flow, now);
#endif
	return track_other(ctx, r, flow, now);
}

/* A known flow, its lock held: its state as it was before this packet. */
INLINE int track_known(packet_context *ctx, struct record *r, struct flow *flow, int second, __u64 now)
{
	int origin_second = (flow->status & FLOW_ORIGIN_SECOND) != 0, result;

	r->ct_direction = second != origin_second ? DIRECTION_REPLY : DIRECTION_ORIGINAL;
	r->ct_state = r->ct_direction == DIRECTION_REPLY || (flow->status & FLOW_SEEN_REPLY) ? CT_ESTABLISHED : CT_NEW;
	result = track_step(ctx, r, flow, now);
	if (result == TRACK_FINE && r->ct_direction == DIRECTION_REPLY)
		flow->status |= FLOW_SEEN_REPLY;
	/* Rules may still ask what it was. It left before this packet was held to be a reply. */
	if (result == TRACK_OVER) {
		r->flow = *flow;
		if (r->ct_direction == DIRECTION_REPLY)
			r->flow.status |= FLOW_SEEN_REPLY;
		r->ct_kept = 1;
	}
	/* Over, and found by nobody from here on. */
	if (result == TRACK_AGAIN || result == TRACK_OVER)
		end_early((void *)key_of(flow), now);
	return result;
}

/* What a listener is told of when it changes. */
INLINE __u32 told_state(const struct record *r, const struct flow *flow)
{
	__u32 status = flow->status & (FLOW_SEEN_REPLY | FLOW_ASSURED);

	if (r->proto == PROTO_TCP)
		return status << 8 | flow->tcp.state;
	return status << 8 | (r->proto == PROTO_SCTP ? flow->sctp.state : 0);
}

/* The packet's step in the flow that was found. TRACK_AGAIN if that is over: with this packet, or since it was found. */
INLINE int track_found(packet_context *ctx, struct record *r, struct flow *flow, int second, __u64 now)
{
	__u64 expires;
	__u32 status, told;
	int result = TRACK_AGAIN, had = lock(r, &flow->lock);

	if (LIKELY(same_key(key_of(flow), &r->flow_key) && !flow_over(flow, now))) {
		expires = flow->expires;
		status = flow->status;
		told = told_state(r, flow);
		result = track_known(ctx, r, flow, second, now);
		READ_ANEW();
		r->ct_unsettled = (__s64)(flow->expires - expires) < 0 || (flow->status & ~status & FLOW_ASSURED);
		if (UNLIKELY(told_state(r, flow) != told) && result == TRACK_FINE)
			tell_listener((void *)key_of(flow), FLOW_EVENT_UPDATE);
	}
	if (LIKELY(had))
		unlock(&flow->lock);
	return result;
}

/* The first packet of a flow. An answer without a question starts none. TRACK_OVER where there is no room: the rules do not see the packet. */
INLINE int track_new(packet_context *ctx, struct record *r, __u64 now)
{
	struct flow *flow = &r->flow;

	if (r->proto == FAMILY_ICMP && r->ct_second)
		return TRACK_INVALID;
	READ_ANEW();
	/* The place of one that is over with this packet will do. */
	if (UNLIKELY(value_flow_table.count >= value_flow_table.most) && !r->ct_unsettled && !flow_room(ctx, r))
		return TRACK_OVER;
	__builtin_memset(flow, 0, sizeof(*flow));
	flow->status = r->ct_second * FLOW_ORIGIN_SECOND;
	if (r->proto == PROTO_TCP)
		flow->tcp.last_index = SEGMENT_NONE;
	else
		begin_other(ctx, r, flow, now);
	r->ct_direction = DIRECTION_ORIGINAL;
	if (track_step(ctx, r, flow, now) == TRACK_INVALID)
		return TRACK_INVALID;
	/* The timeout alone, from when it is kept. (The clock starts at 2^32.) */
	if (flow->expires >= now)
		flow->expires -= now;
	r->ct_state = CT_NEW;
	r->ct_pending = 1;
	return TRACK_FINE;
}

/* Returns enum entry_result: ENTRY_DROP where there is no room for a new flow; XDP leaves what it cannot know. */
INLINE int track(packet_context *ctx, struct record *r)
{
	struct l4_start l4 = {};
	struct ends ends;
	struct covered covered;
	enum summing summing;
	struct flow *flow;
	int second, result;
	__u64 now;

#ifdef OF_IPV6
	if (!protocol_found(ctx, r)) {
		r->ct_icmp_error = 0;
		return ENTRY_JUDGE;
	}
#endif
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
#ifdef OF_IPV6
	if (r->proto == FAMILY_ICMP && icmp_of_no_flow(r->icmp_type)) {
		r->ct_state = CT_UNTRACKED;
		return ENTRY_JUDGE;
	}
#endif
	if (r->proto == FAMILY_ICMP && icmp_is_error(r->icmp_type)) {
		OF_FAMILY(track_icmp_error)(ctx, r, now);
		return ENTRY_JUDGE;
	}
	packet_ends(&ends, r, &l4);
	r->ct_icmp_error = 0;
	second = flow_key_of(&r->flow_key, &ends);
	if (second < 0)
		return ENTRY_JUDGE;
	second = FORGET(r, second);
	r->ct_second = second;
	READ_ANEW();
	r->flow_hash = flow_hash(&r->flow_key);
	flow = flow_find(&r->flow_key, r->flow_hash, now);
	result = TRACK_AGAIN;
	if (flow) {
		/* From an end to itself: the kernel finds the reply's side of such a flow first. */
		if (r->proto != FAMILY_ICMP && same_address(ends.src, ends.dst) && ends.sport == ends.dport)
			second = 1;
		result = track_found(ctx, r, flow, second, now);
	}
	if (result == TRACK_AGAIN) {
		result = track_new(ctx, r, now);
		if (result == TRACK_OVER)
			return ENTRY_DROP;
		second = r->ct_second;
	}
	if (result == TRACK_INVALID) {
		r->ct_state = CT_INVALID;
		r->ct_direction = DIRECTION_ORIGINAL;
	}
	/* No rule will accept it, but the kernel may answer with an ICMP error, which is RELATED to it. */
	if (r->unrouted && r->ct_state != CT_INVALID) {
		r->flow.status = second != r->ct_direction ? FLOW_ORIGIN_SECOND : 0;
		r->flow.expires = now + UNROUTED_TIMEOUT;
		r->flow.id = ends.ip_id;
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

/* As nf_conntrack_in() counts it. */
INLINE void count_invalid(const struct record *r)
{
	if (r->ct_icmp_error)
		COUNT(error);
	else
		COUNT(invalid);
}

STAGE int OF_FAMILY(conntrack_lookup)(packet_context *ctx, struct record *r)
{
	int result;

	if (r->preset)
		return ENTRY_JUDGE;
#ifdef AT_XDP
	/* A first fragment that is left to tc would speak for the others too late. */
	if (r->frag_offset || r->more_fragments)
		return ENTRY_PASS;
#endif
#ifdef OF_IPV6
	if (UNLIKELY(comes_to_nothing(r)))
		return ENTRY_DROP;
#endif
	r->ct_pending = r->ct_kept = 0;
	r->ct_unsettled = 0;
	r->flow_key.family = 0;
	r->ct_icmp_error = r->proto == FAMILY_ICMP;
	r->ct_direction = DIRECTION_ORIGINAL;
	r->ct_state = CT_INVALID;
	/* A datagram in fragments is one packet to conntrack: the first stands for it. */
	if (r->frag_offset)
		return ENTRY_LATER;
	if (state_carried(ctx, r))
		return seen_part(r);
	result = FORGET(r, track(ctx, r));
	if (UNLIKELY(r->ct_unsettled))
		flow_settled(ctx, r);
	if (UNLIKELY(r->ct_state == CT_INVALID) && result == ENTRY_JUDGE)
		count_invalid(r);
#ifndef AT_XDP
	if (result == ENTRY_JUDGE)
		result = seen_part(r);
	if (r->chain == CHAIN_OUTPUT && r->out_ifindex == IFINDEX_LOOPBACK)
		ctx->tc_index = CARRIER_MARK | (r->ct_direction ? CARRIER_REPLY : 0) | (r->ct_state & 0x1f);
#endif
	return result;
}
