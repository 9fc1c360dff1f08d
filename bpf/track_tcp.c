/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One TCP segment of a flow: the step of nf_conntrack_tcp_packet(). */
#include "kernel.h"
#include "flow.h"
#include "packet.h"
#include "tcp_options_seen.h"
#include "tcp_reset.h"
#include "tcp_settings.h"
#include "tcp_track.h"
#include "tcp_window.h"

/* The first segment of a flow. Picked up in its middle, scaling is not known: windows are not held against it. Returns whether it may begin one. */
INLINE int begin(struct flow *flow, const volatile struct segment *segment, const struct tcp_settings *settings)
{
	struct tcp_end *sender = &flow->tcp.ends[0];

	if (segment->index != SEGMENT_SYN && (segment->index != SEGMENT_ACK || !TCP_LOOSE(settings)))
		return 0;
	__builtin_memset(&flow->tcp, 0, sizeof(flow->tcp));
	flow->tcp.last_index = SEGMENT_NONE;
	sender->end = sender->max_end = segment->end;
	sender->max_window = at_least_one(segment->window);
	if (segment->index == SEGMENT_SYN) {
		sender->scale = segment->scale;
		sender->flags = segment->options & ~OPTIONS_PRESENT;
	} else {
		sender->max_end += sender->max_window;
		sender->flags = flow->tcp.ends[1].flags = TCP_END_SACK | TCP_END_LIBERAL;
	}
	return 1;
}

/* The state that the table gives, and how long a flow in it lives now. */
INLINE __u64 lifetime(const struct flow *flow, const volatile struct segment *segment, const struct tcp_settings *settings)
{
	__u64 usual = tcp_timeout(settings, segment->state), retrans = tcp_timeout_retrans(settings), unack = tcp_timeout_unack(settings);

	if (flow->tcp.retransmissions >= TCP_MAX_RETRANS(settings) && usual > retrans)
		return retrans;
	if (segment->index == SEGMENT_RST)
		return tcp_timeout(settings, CLOSED);
	if (((flow->tcp.ends[0].flags | flow->tcp.ends[1].flags) & TCP_END_UNACKED) && usual > unack)
		return unack;
	if (flow->tcp.last_window == 0 && usual > retrans)
		return retrans;
	return usual;
}

/* What follows an accepted segment: the new state, how long the flow lives. */
INLINE int settle(struct record *r, struct flow *flow, const volatile struct segment *segment, const struct tcp_settings *settings, __u64 now)
{
	__u64 timeout;

	flow->tcp.last_index = segment->index;
	flow->tcp.last_direction = r->ct_direction;
	flow->tcp.state = segment->state;
	if (segment->old != segment->state && segment->state == FIN_WAIT)
		tcp_sender(r, flow)->flags |= TCP_END_CLOSED;
	timeout = lifetime(flow, segment, settings);
	if (!(flow->status & FLOW_SEEN_REPLY)) {
		/* Nobody has answered but with RST: as if it had never been. */
		if (segment->index == SEGMENT_RST)
			return TRACK_OVER;
		/* A repeated SYN does not keep the flow alive. */
		if (segment->index == SEGMENT_SYN && segment->old == SYN_SENT)
			return TRACK_FINE;
		if (segment->state == ESTABLISHED && timeout > tcp_timeout_unack(settings))
			timeout = tcp_timeout_unack(settings);
	} else if ((segment->old == SYN_RECV || segment->old == ESTABLISHED) && segment->state == ESTABLISHED) {
		flow->status |= FLOW_ASSURED;
	}
	flow->expires = now + timeout;
	return TRACK_FINE;
}

/* SYN+ACK that answers a SYN we had not heeded. */
INLINE int answers_ignored(const struct record *r, const struct flow *flow, const volatile struct segment *segment)
{
	return segment->index == SEGMENT_SYNACK && flow->tcp.last_index == SEGMENT_SYN && flow->tcp.last_direction != r->ct_direction &&
	       segment->ack == flow->tcp.last_end;
}

/* Both ends are in step, we were not: the receiver is as its SYN said, the sender as this segment will. */
INLINE void catch_up(const struct record *r, struct flow *flow, volatile struct segment *segment)
{
	struct tcp_end *sender = tcp_sender(r, flow), *receiver = tcp_receiver(r, flow);

	segment->old = SYN_SENT;
	segment->state = SYN_RECV;
	flow->tcp.last_flags &= ~TCP_CHALLENGE;
	receiver->end = receiver->max_end = flow->tcp.last_end;
	receiver->max_window = at_least_one(flow->tcp.last_window);
	receiver->scale = flow->tcp.last_scale;
	receiver->flags = flow->tcp.last_flags;
	sender->end = sender->max_end = sender->max_window = sender->max_ack = 0;
	sender->scale = 0;
	sender->flags &= TCP_END_LIBERAL;
}

/* A segment let through unheeded: the flow may be out of step, what answers it will tell. */
INLINE void note_ignored(const struct record *r, struct flow *flow, const volatile struct segment *segment)
{
	flow->tcp.last_index = segment->index;
	flow->tcp.last_direction = r->ct_direction;
	flow->tcp.last_seq = segment->seq;
	flow->tcp.last_end = segment->end;
	flow->tcp.last_window = segment->window;
	if (segment->index == SEGMENT_SYN && r->ct_direction == DIRECTION_ORIGINAL) {
		flow->tcp.last_scale = segment->scale;
		flow->tcp.last_flags = (segment->options & ~OPTIONS_PRESENT) | (segment->old == LAST_ACK ? TCP_CHALLENGE : 0);
	}
	if (segment->old == SYN_SENT && segment->index == SEGMENT_ACK && r->ct_direction == DIRECTION_REPLY)
		flow->tcp.last_ack = segment->ack;
}

/* The new state by the table, and by what the table cannot know: into segment->state. */
INLINE void step(const struct record *r, struct flow *flow, volatile struct segment *segment)
{
	__u64 row = r->ct_direction == DIRECTION_ORIGINAL ? transitions_original(segment->index) : transitions_reply(segment->index);

	segment->state = row >> (segment->old * 4) & 15;
	if (segment->state == SYN_SENT2)
		flow->tcp.last_flags |= TCP_SIMULTANEOUS;
	if (segment->state == SYN_RECV && r->ct_direction == DIRECTION_REPLY && segment->index == SEGMENT_ACK && (flow->tcp.last_flags & TCP_SIMULTANEOUS))
		segment->state = ESTABLISHED;
}

/* A SYN after the end is of a new connection if the old one was closed in order or reset, else it is not to be believed. */
INLINE int reopens(const struct record *r, const struct flow *flow)
{
	return ((flow->tcp.ends[0].flags | flow->tcp.ends[1].flags) & TCP_END_CLOSED) ||
	       (flow->tcp.last_direction == r->ct_direction && flow->tcp.last_index == SEGMENT_RST);
}

/* A challenge ACK to a SYN let through in LAST_ACK does not acknowledge the FIN. */
INLINE int challenged(const struct record *r, const struct flow *flow, const volatile struct segment *segment)
{
	return segment->state == TIME_WAIT && segment->old == LAST_ACK && segment->index == SEGMENT_ACK &&
	       flow->tcp.last_direction != r->ct_direction && flow->tcp.last_index == SEGMENT_SYN && (flow->tcp.last_flags & TCP_CHALLENGE);
}

/* FIN or RST out of the window from both ends: an assured flow is out of step with a connection that is most likely over, and need not live for days. */
INLINE void shorten(const struct record *r, struct flow *flow, const volatile struct segment *segment, const struct tcp_settings *settings, __u64 now)
{
	__u64 left = flow->expires > now ? flow->expires - now : 0;
	__u32 last = flow->tcp.last_index;

	if (!(flow->status & FLOW_ASSURED) || (segment->index != SEGMENT_RST && segment->index != SEGMENT_FIN))
		return;
	if (flow->tcp.last_direction == r->ct_direction || (last != SEGMENT_FIN && last != SEGMENT_RST)) {
		flow->tcp.last_index = segment->index;
		flow->tcp.last_direction = r->ct_direction;
		return;
	}
	if (left >= 120 * SECONDS && left > tcp_timeout_unack(settings))
		flow->expires = now + tcp_timeout_unack(settings);
}

INLINE int follow(struct record *r, struct flow *flow, volatile struct segment *segment, const struct tcp_settings *settings, __u64 now)
{
	int result;

	segment->old = flow->tcp.state;
	if (segment->old > SYN_SENT2)
		return TRACK_INVALID;
	if (segment->old == NONE && !begin(flow, segment, settings))
		return TRACK_INVALID;
	step(r, flow, segment);
	if (segment->state == SYN_SENT && segment->old >= TIME_WAIT) {
		if (reopens(r, flow))
			return TRACK_AGAIN;
		segment->state = IGNORE;
	}
	if (segment->state == IGNORE) {
		if (!answers_ignored(r, flow, segment)) {
			note_ignored(r, flow, segment);
			return TRACK_FINE;
		}
		catch_up(r, flow, segment);
	}
	if (segment->state == BAD)
		return TRACK_INVALID;
	if (challenged(r, flow, segment)) {
		flow->tcp.last_flags &= ~TCP_CHALLENGE;
		return TRACK_FINE;
	}
	result = segment->index == SEGMENT_RST && segment->state == CLOSED ? tcp_reset(r, flow, segment, settings) : RESET_IN_STEP;
	if (result == RESET_BAD)
		return TRACK_INVALID;
	if (result == RESET_IN_STEP) {
		result = tcp_window(r, flow, segment, settings);
		if (result == WINDOW_BAD)
			shorten(r, flow, segment, settings, now);
		if (result != WINDOW_FITS)
			return result == WINDOW_BAD ? TRACK_INVALID : TRACK_FINE;
	}
	return settle(r, flow, segment, settings, now);
}

/*
 * `flow` is in the table or, if new, in the record (its state is NONE then); r->ct_direction is set; layer 4 has a whole TCP header.
 * Moves the flow alone, whatever becomes of it. Times are jiffies. Returns enum track_result.
 */
STAGE int HERE(track_tcp)(packet_context *ctx, struct record *r, struct flow *flow, __u64 now)
{
	volatile struct segment *segment = (void *)r->scratch;
	struct tcp_settings settings = {};
	struct tcp_header tcp;
	__u32 header;

	if (load_bytes(ctx, r->l4_offset, &tcp, sizeof(tcp)))
		return TRACK_INVALID;
	header = (tcp.offset >> 4) * 4;
	segment->index = tcp_index_of(tcp.flags);
	segment->flags = tcp.flags;
	segment->window = NTOHS(tcp.window);
	segment->seq = NTOHL(tcp.seq);
	segment->ack = NTOHL(tcp.ack);
	segment->end = NTOHL(tcp.seq) + r->length - (r->l4_offset - r->l3_offset) - header + !!(tcp.flags & TCP_SYN) + !!(tcp.flags & TCP_FIN);
	tcp_options_seen(ctx, r, header, segment);
	tcp_settings_find(ctx, &settings);
	return follow(r, flow, segment, &settings, now);
}
