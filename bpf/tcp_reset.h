/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* RST in a known connection: whether it is believed. */
#ifndef BPF_IPTABLES_TCP_RESET_H
#define BPF_IPTABLES_TCP_RESET_H

#include "kernel.h"
#include "tcp_settings.h"
#include "tcp_track.h"

enum reset_result {
	RESET_BAD,      /* before what the other end has acknowledged: INVALID */
	RESET_IN_STEP,  /* to be held against the window; segment->state says what it comes to */
	RESET_BELIEVED, /* whatever its numbers are */
};

/* Whether the handshake is known to be over and no FIN was seen. */
INLINE int tcp_settled(const struct flow *flow)
{
	return flow->tcp.state == ESTABLISHED && (flow->status & FLOW_ASSURED);
}

/* A RST in answer to a SYN or ACK that was let through unheeded. */
INLINE int resets_ignored(const struct record *r, const struct flow *flow, const volatile struct segment *segment)
{
	__u32 last = flow->tcp.last_index;

	/* Who sent the SYN does not answer it. */
	int answers_syn = last == SEGMENT_SYN && (flow->status & FLOW_SEEN_REPLY) && flow->tcp.last_direction != r->ct_direction;

	if ((answers_syn || (last == SEGMENT_ACK && !(flow->status & FLOW_ASSURED))) && segment->ack == flow->tcp.last_end)
		return 1;
	/* In answer to a challenge ACK. */
	return segment->old == SYN_SENT && last == SEGMENT_ACK && flow->tcp.last_direction == DIRECTION_REPLY && segment->seq == flow->tcp.last_ack;
}

/* In a settled connection only a RST of exactly the next number closes; one that is merely in the window may provoke a challenge ACK. */
INLINE int resets_exactly(const struct record *r, const struct flow *flow, const volatile struct segment *segment, __u32 acknowledged)
{
	if (!tcp_settled(flow) || segment->seq == acknowledged)
		return 1;
	/* Behind data that has just been sent. */
	return flow->tcp.last_index == SEGMENT_ACK && flow->tcp.last_direction == r->ct_direction && segment->seq == flow->tcp.last_end;
}

/* Returns enum reset_result. May put segment->state back to the old one. */
INLINE int tcp_reset(const struct record *r, struct flow *flow, volatile struct segment *segment, const struct tcp_settings *settings)
{
	const struct tcp_end *receiver = tcp_receiver(r, flow);

	/* Once somebody is closing the ports may be in use anew, by ends of which nothing is known. */
	if (flow->tcp.state >= FIN_WAIT && flow->tcp.state <= CLOSED)
		return RESET_BELIEVED;
	/* What was acknowledged may be outdated by a SYN let through. */
	if ((receiver->flags & TCP_END_MAXACK_SET) && flow->tcp.last_index != SEGMENT_SYN) {
		/* Most likely in answer to a SYN let through before. */
		if (segment->seq == 0 && !tcp_settled(flow))
			return RESET_IN_STEP;
		if (before(segment->seq, receiver->max_ack) && !TCP_IGNORE_INVALID_RST(settings))
			return RESET_BAD;
		if (resets_exactly(r, flow, segment, receiver->max_ack))
			return RESET_IN_STEP;
		segment->state = segment->old;
	}
	return resets_ignored(r, flow, segment) ? RESET_BELIEVED : RESET_IN_STEP;
}

#endif
