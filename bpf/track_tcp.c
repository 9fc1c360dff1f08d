/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One TCP segment of a flow: the step of nf_conntrack_tcp_packet(), without its sequence windows. */
#include "kernel.h"
#include "flow.h"
#include "packet.h"
#include "tcp_track.h"

/* What follows an accepted segment: the new state, how long the flow lives. Returns TRACK_FINE. */
INLINE int settle(struct record *r, struct flow *flow, const volatile struct segment *segment, __u64 now)
{
	__u32 old = segment->old, state = segment->state;
	__u64 timeout = tcp_timeout(segment->index == SEGMENT_RST ? CLOSED : state);

	tcp_note(flow, segment);
	flow->tcp.state = state;
	if (old != state && state == FIN_WAIT)
		flow->tcp.last_flags |= FLOW_CLOSE_INIT;
	if (!(flow->status & FLOW_SEEN_REPLY)) {
		/* Nobody has answered but with RST: as if it had never been. */
		if (segment->index == SEGMENT_RST)
			return TRACK_OVER;
		/* A repeated SYN does not keep the flow alive. */
		if (segment->index == SEGMENT_SYN && old == SYN_SENT)
			return TRACK_FINE;
		if (state == ESTABLISHED && timeout > TCP_UNANSWERED)
			timeout = TCP_UNANSWERED;
	}
	flow->expires = now + timeout;
	if ((flow->status & FLOW_SEEN_REPLY) && (old == SYN_RECV || old == ESTABLISHED) && state == ESTABLISHED)
		flow->status |= FLOW_ASSURED;
	return TRACK_FINE;
}

/* A RST in answer to a SYN or ACK that was let through unheeded: it ends the flow whatever its numbers are. */
INLINE int reset_of_ignored(const struct flow *flow, const volatile struct segment *segment, __u32 old)
{
	__u32 last = flow->tcp.last_index;

	if (((flow->status & FLOW_SEEN_REPLY) && last == SEGMENT_SYN) || (!(flow->status & FLOW_ASSURED) && last == SEGMENT_ACK))
		if (segment->ack == flow->tcp.last_end)
			return 1;
	return old == SYN_SENT && last == SEGMENT_ACK && flow->tcp.last_direction == DIRECTION_REPLY &&
	       segment->direction == DIRECTION_ORIGINAL && segment->seq == flow->tcp.last_ack;
}

/* SYN+ACK that answers a SYN we had not heeded. */
INLINE int answers_ignored(const struct flow *flow, const volatile struct segment *segment)
{
	return segment->index == SEGMENT_SYNACK && flow->tcp.last_index == SEGMENT_SYN && flow->tcp.last_direction != segment->direction &&
	       segment->ack == flow->tcp.last_end;
}

/* The new state by the table, and by what the table cannot know: into segment->state. */
INLINE void step(struct flow *flow, volatile struct segment *segment)
{
	__u64 row = segment->direction == DIRECTION_ORIGINAL ? transitions_original(segment->index) : transitions_reply(segment->index);

	segment->state = row >> (segment->old * 4) & 15;
	/* A SYN after the end is of a new connection if the old one was closed in order or reset, else not to be believed. */
	if (segment->state == SYN_SENT && segment->old >= TIME_WAIT && !(flow->tcp.last_flags & FLOW_CLOSE_INIT) &&
	    !(flow->tcp.last_direction == segment->direction && flow->tcp.last_index == SEGMENT_RST))
		segment->state = IGNORE;
	/* Both ends are in step, we were not. */
	if (segment->state == IGNORE && answers_ignored(flow, segment)) {
		segment->old = SYN_SENT;
		segment->state = SYN_RECV;
	}
	if (segment->state == SYN_SENT2)
		flow->tcp.last_flags |= FLOW_SIMULTANEOUS;
	if (segment->state == SYN_RECV && segment->direction == DIRECTION_REPLY && segment->index == SEGMENT_ACK && (flow->tcp.last_flags & FLOW_SIMULTANEOUS))
		segment->state = ESTABLISHED;
}

/* A challenge ACK to a SYN let through in LAST_ACK does not acknowledge the FIN. */
INLINE int challenged(const struct flow *flow, const volatile struct segment *segment)
{
	return segment->state == TIME_WAIT && segment->old == LAST_ACK && segment->index == SEGMENT_ACK &&
	       flow->tcp.last_direction != segment->direction && flow->tcp.last_index == SEGMENT_SYN && (flow->tcp.last_flags & FLOW_CHALLENGE);
}

INLINE int follow(struct record *r, struct flow *flow, volatile struct segment *segment, __u64 now)
{
	segment->old = flow->tcp.state;
	if (segment->old > SYN_SENT2)
		return TRACK_INVALID;
	step(flow, segment);
	if (segment->state == SYN_SENT && segment->old >= TIME_WAIT)
		return TRACK_AGAIN;
	if (segment->state == IGNORE) {
		tcp_ignore(flow, segment, segment->old);
		return TRACK_FINE;
	}
	if (challenged(flow, segment)) {
		flow->tcp.last_flags &= ~FLOW_CHALLENGE;
		return TRACK_FINE;
	}
	if (segment->state == CLOSED && segment->index == SEGMENT_RST) {
		segment->state = tcp_reset_state(flow, segment, segment->old);
		if (segment->state == CLOSED && reset_of_ignored(flow, segment, segment->old))
			return settle(r, flow, segment, now);
	}
	if (segment->state == BAD)
		return TRACK_INVALID;
	tcp_note_ack(flow, segment);
	return settle(r, flow, segment, now);
}

/*
 * `flow` is in a conntrack map or, if new, in the record; r->flow_key is its key, r->ct_direction set; `available` bytes of layer 4
 * with a whole TCP header. `now` in ns. Returns enum track_result.
 */
STAGE int HERE(track_tcp)(packet_context *ctx, struct record *r, struct flow *flow, __u64 now)
{
	volatile struct segment *segment = (void *)r->scratch;
	struct tcp_header tcp;
	__u32 payload;

	if (load_bytes(ctx, r->l4_offset, &tcp, sizeof(tcp)))
		return TRACK_INVALID;
	payload = r->length - (r->l4_offset - r->l3_offset) - (tcp.offset >> 4) * 4;
	segment->direction = r->ct_direction;
	segment->flags = tcp.flags;
	segment->index = tcp_index_of(tcp.flags);
	segment->seq = NTOHL(tcp.seq);
	segment->ack = NTOHL(tcp.ack);
	segment->end = NTOHL(tcp.seq) + payload + !!(tcp.flags & TCP_SYN) + !!(tcp.flags & TCP_FIN);
	return follow(r, flow, segment, now);
}
