/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Sequence windows, after Guido van Rooij, "Real Stateful TCP Packet Filtering in IP Filter" (2000), in the kernel's reading (tcp_in_window()): a
 * segment must touch what its receiver's window lets the sender send, and acknowledge no more than the receiver has sent and nothing long past.
 */
#ifndef BPF_IPTABLES_TCP_WINDOW_H
#define BPF_IPTABLES_TCP_WINDOW_H

#include "kernel.h"
#include "tcp_settings.h"
#include "tcp_track.h"

enum window_result {
	WINDOW_BAD,     /* INVALID */
	WINDOW_UNSURE,  /* belongs to the flow, which learns nothing from it */
	WINDOW_FITS,
};

/* How far behind an acknowledgement may lag whatever window was announced. */
#define ACK_LAG 66000

INLINE __u32 at_least_one(__u32 window)
{
	return window ? window : 1;
}

/* An end begins with this SYN. Windows are scaled only if both ends say so: known with the reply's. */
INLINE void tcp_end_begin(const struct record *r, struct tcp_end *sender, struct tcp_end *receiver, const volatile struct segment *segment)
{
	sender->end = sender->max_end = segment->end;
	sender->max_window = at_least_one(segment->window);
	if (segment->options & OPTIONS_PRESENT) {
		sender->scale = segment->scale;
		sender->flags = (sender->flags & TCP_END_LIBERAL) | (segment->options & ~OPTIONS_PRESENT);
	}
	if (r->ct_direction == DIRECTION_REPLY && !(sender->flags & receiver->flags & TCP_END_SCALES))
		sender->scale = receiver->scale = 0;
}

/* The first that is seen of an end is no SYN: what can be learned from it. */
INLINE void tcp_end_join(struct tcp_end *sender, struct tcp_end *receiver, const volatile struct segment *segment)
{
	sender->end = segment->end;
	sender->max_window = at_least_one((__u32)segment->window << (sender->scale & 15));
	sender->max_end = segment->end + sender->max_window;
	if (receiver->max_window == 0)
		receiver->end = receiver->max_end = segment->sack;
	else if (segment->sack == receiver->end + 1)
		receiver->end++; /* Most likely the answer to a keepalive. */
}

/* Gives the sender its place if it has none, or a new one by a later SYN. Returns whether the segment needs no further look. */
INLINE int tcp_end_place(const struct record *r, struct flow *flow, const volatile struct segment *segment)
{
	struct tcp_end *sender = tcp_sender(r, flow), *receiver = tcp_receiver(r, flow);
	int first = sender->max_window == 0;

	if (!(segment->flags & TCP_SYN)) {
		if (first)
			tcp_end_join(sender, receiver, segment);
		return 0;
	}
	if (!first && !(after(segment->end, sender->end) && (flow->tcp.state == SYN_SENT || flow->tcp.state == SYN_RECV)))
		return 0;
	tcp_end_begin(r, sender, receiver, segment);
	return !(segment->flags & TCP_ACK) && (first || r->ct_direction == DIRECTION_REPLY);
}

/* The numbers that a segment does not really say are taken to be right ones. */
INLINE void tcp_numbers_complete(const struct record *r, struct flow *flow, volatile struct segment *segment)
{
	struct tcp_end *sender = tcp_sender(r, flow), *receiver = tcp_receiver(r, flow);

	/* RST that acknowledges 0 is what some stacks send in place of one without ACK. */
	if (!(segment->flags & TCP_ACK) || ((segment->flags & TCP_RST) && segment->ack == 0))
		segment->ack = segment->sack = receiver->end;
	/* RST in answer to SYN. */
	if ((segment->flags & TCP_RST) && segment->seq == 0 && flow->tcp.state == SYN_SENT)
		segment->seq = segment->end = sender->end;
}

/* Whether the segment touches the window. Judges only, but for data beyond the window, which the receiver may yet acknowledge. */
INLINE int tcp_window_check(const struct record *r, struct flow *flow, const volatile struct segment *segment)
{
	struct tcp_end *sender = tcp_sender(r, flow), *receiver = tcp_receiver(r, flow);
	__u32 window = receiver->max_window, lag = sender->max_window > ACK_LAG ? sender->max_window : ACK_LAG;
	/* Not as the negation of before(), which is not that at a distance of half the space. */
	int sack_seen = before(segment->sack, receiver->end + 1);
	int sack_recent = after(segment->sack, receiver->end - lag - 1);
	int reaches = after(segment->end, sender->end - window - 1);

	if (!before(segment->seq, sender->max_end + 1)) {
		if (!window || !reaches || !sack_recent || !sack_seen || segment->end - sender->max_end + 1 > window)
			return WINDOW_BAD;
		sender->end = segment->end;
		sender->flags |= TCP_END_UNACKED;
		return WINDOW_UNSURE;
	}
	if (!sack_seen)
		return WINDOW_BAD;
	return (!window || reaches) && sack_recent ? WINDOW_FITS : WINDOW_UNSURE;
}

/* Both ends learn from a segment within the window. */
INLINE void tcp_window_move(const struct record *r, struct flow *flow, const volatile struct segment *segment)
{
	struct tcp_end *sender = tcp_sender(r, flow), *receiver = tcp_receiver(r, flow);
	/* The window of a SYN is never scaled. */
	__u32 window = (__u32)segment->window << (segment->flags & TCP_SYN ? 0 : sender->scale & 15);
	__u32 end = segment->end, ack = segment->ack, sack = segment->sack;

	if (sender->max_window < window + (sack - ack))
		sender->max_window = window + (sack - ack);
	if (after(end, sender->end)) {
		sender->end = end;
		sender->flags |= TCP_END_UNACKED;
	}
	if ((segment->flags & TCP_ACK) && (!(sender->flags & TCP_END_MAXACK_SET) || after(ack, sender->max_ack))) {
		sender->max_ack = ack;
		sender->flags |= TCP_END_MAXACK_SET;
	}
	if (receiver->max_window && after(end, sender->max_end))
		receiver->max_window += end - sender->max_end;
	if (after(sack + window, receiver->max_end - 1))
		receiver->max_end = sack + at_least_one(window);
	if (ack == receiver->end)
		receiver->flags &= ~TCP_END_UNACKED;
}

/* Counts how often the very same acknowledgement came in a row. */
INLINE void tcp_repeats_count(const struct record *r, struct flow *flow, const volatile struct segment *segment)
{
	struct tcp_flow *tcp = &flow->tcp;

	if (segment->index != SEGMENT_ACK)
		return;
	if (tcp->last_direction == r->ct_direction && tcp->last_seq == segment->seq && tcp->last_ack == segment->ack &&
	    tcp->last_end == segment->end && tcp->last_window == segment->window) {
		tcp->retransmissions++;
		return;
	}
	tcp->last_direction = r->ct_direction;
	tcp->last_seq = segment->seq;
	tcp->last_ack = segment->ack;
	tcp->last_end = segment->end;
	tcp->last_window = segment->window;
	tcp->retransmissions = 0;
}

/* The whole of it. Completes the segment's numbers. Returns enum window_result. */
INLINE int tcp_window(const struct record *r, struct flow *flow, volatile struct segment *segment, const struct tcp_settings *settings)
{
	int result;

	if (!(tcp_receiver(r, flow)->flags & TCP_END_SACK))
		segment->sack = segment->ack;
	if (tcp_end_place(r, flow, segment))
		return WINDOW_FITS;
	tcp_numbers_complete(r, flow, segment);
	result = tcp_window_check(r, flow, segment);
	if (result != WINDOW_FITS)
		return (tcp_sender(r, flow)->flags & TCP_END_LIBERAL) || TCP_BE_LIBERAL(settings) ? WINDOW_FITS : result;
	tcp_window_move(r, flow, segment);
	tcp_repeats_count(r, flow, segment);
	return WINDOW_FITS;
}

#endif
