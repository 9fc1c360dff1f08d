/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * TCP in conntrack: states, transitions and timeouts as nf_conntrack_proto_tcp has them (sysctls nf_conntrack_tcp_* at their
 * defaults: loose pickup, no be_liberal). Sequence windows are not tracked; acknowledgements are, as far as RST needs them.
 */
#ifndef BPF_IPTABLES_TCP_TRACK_H
#define BPF_IPTABLES_TCP_TRACK_H

#include "flow.h"

/* /proc/net/nf_conntrack's names. The last two are no states: an invalid segment, one to be let through unheeded. */
enum tcp_state { NONE, SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT, CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSED, SYN_SENT2, BAD, IGNORE };

/* What a segment is by its flags. */
enum tcp_index { SEGMENT_SYN, SEGMENT_SYNACK, SEGMENT_FIN, SEGMENT_ACK, SEGMENT_RST, SEGMENT_NONE };

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

enum track_result {
	TRACK_INVALID, /* no flow for it: INVALID */
	TRACK_FINE,
	TRACK_AGAIN,   /* the flow is over and a new one begins: look again */
	TRACK_OVER,    /* the segment belongs to the flow, which is over with it: to be forgotten */
};

/* RFC 9293 header, as on the wire. */
struct tcp_header {
	__u16 sport, dport;
	__u32 seq, ack;
	__u8 offset, flags;
	__u16 window, checksum, urgent;
};

/* The flag combinations a stack sends, ECE, CWR and PSH aside. */
INLINE int tcp_flags_valid(__u32 flags)
{
	const __u64 valid = 1ull << TCP_SYN | 1ull << (TCP_SYN | TCP_URG) | 1ull << (TCP_SYN | TCP_ACK) | 1ull << TCP_RST |
			    1ull << (TCP_RST | TCP_ACK) | 1ull << (TCP_FIN | TCP_ACK) | 1ull << (TCP_FIN | TCP_ACK | TCP_URG) |
			    1ull << TCP_ACK | 1ull << (TCP_ACK | TCP_URG);

	return valid >> (flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK | TCP_URG)) & 1;
}

INLINE __u32 tcp_index_of(__u32 flags)
{
	if (flags & TCP_RST)
		return SEGMENT_RST;
	if (flags & TCP_SYN)
		return flags & TCP_ACK ? SEGMENT_SYNACK : SEGMENT_SYN;
	if (flags & TCP_FIN)
		return SEGMENT_FIN;
	return flags & TCP_ACK ? SEGMENT_ACK : SEGMENT_NONE;
}

/* tcp.last_flags */
enum tcp_flow_flags {
	FLOW_CLOSE_INIT = 8,     /* somebody sent FIN in order */
	FLOW_ACK_ORIGINAL = 16,  /* ends[0].max_ack is set */
	FLOW_ACK_REPLY = 32,     /* ends[1].max_ack is set */
	FLOW_CHALLENGE = 64,     /* a SYN was let through in LAST_ACK, a challenge ACK may answer it */
	FLOW_SIMULTANEOUS = 128, /* simultaneous open */
};

/* One row of the transition table: the new state for each old one, four bits each. */
#define ROW(none, syn_sent, syn_recv, established, fin_wait, close_wait, last_ack, time_wait, closed, syn_sent2) \
	((__u64)(none) | (__u64)(syn_sent) << 4 | (__u64)(syn_recv) << 8 | (__u64)(established) << 12 | (__u64)(fin_wait) << 16 | \
	 (__u64)(close_wait) << 20 | (__u64)(last_ack) << 24 | (__u64)(time_wait) << 28 | (__u64)(closed) << 32 | (__u64)(syn_sent2) << 36)
#define ALL_BAD ROW(BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD)
#define TO_CLOSED ROW(BAD, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED)
#define ON_FIN ROW(BAD, BAD, FIN_WAIT, FIN_WAIT, LAST_ACK, LAST_ACK, LAST_ACK, TIME_WAIT, CLOSED, BAD)

/*                       NONE         SYN_SENT   SYN_RECV     ESTABLISHED  FIN_WAIT    CLOSE_WAIT  LAST_ACK   TIME_WAIT  CLOSED    SYN_SENT2 */
INLINE __u64 transitions_original(__u32 index)
{
	if (index == SEGMENT_SYN)
		return ROW(SYN_SENT, SYN_SENT, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, SYN_SENT, SYN_SENT, SYN_SENT2);
	if (index == SEGMENT_SYNACK)
		return ROW(BAD, BAD, SYN_RECV, BAD, BAD, BAD, BAD, BAD, BAD, SYN_RECV);
	if (index == SEGMENT_FIN)
		return ON_FIN;
	if (index == SEGMENT_ACK)
		return ROW(ESTABLISHED, BAD, ESTABLISHED, ESTABLISHED, CLOSE_WAIT, CLOSE_WAIT, TIME_WAIT, TIME_WAIT, CLOSED, BAD);
	return index == SEGMENT_RST ? TO_CLOSED : ALL_BAD;
}

INLINE __u64 transitions_reply(__u32 index)
{
	if (index == SEGMENT_SYN)
		return ROW(BAD, SYN_SENT2, BAD, BAD, BAD, BAD, BAD, SYN_SENT, BAD, SYN_SENT2);
	if (index == SEGMENT_SYNACK)
		return ROW(BAD, SYN_RECV, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, SYN_RECV);
	if (index == SEGMENT_FIN)
		return ON_FIN;
	if (index == SEGMENT_ACK)
		return ROW(BAD, IGNORE, SYN_RECV, ESTABLISHED, CLOSE_WAIT, CLOSE_WAIT, TIME_WAIT, TIME_WAIT, CLOSED, IGNORE);
	return index == SEGMENT_RST ? TO_CLOSED : ALL_BAD;
}

/* Seconds a flow lives after a segment that put it into `state`. */
INLINE __u64 tcp_timeout(__u32 state)
{
	switch (state) {
	case ESTABLISHED:
		return 432000 * SECONDS;
	case SYN_RECV:
	case CLOSE_WAIT:
		return 60 * SECONDS;
	case LAST_ACK:
		return 30 * SECONDS;
	case CLOSED:
		return 10 * SECONDS;
	default:
		return 120 * SECONDS;
	}
}

/* Longest life of a flow picked up in its middle that nobody has answered. */
#define TCP_UNANSWERED (300 * SECONDS)

/*
 * A segment on its way through the table. It lives in the record's scratch and is read back from there each time: what the verifier
 * knows of it on one path would keep it from seeing that all paths meet again.
 */
struct segment {
	__u8 direction, index, flags;
	__u8 old, state;     /* enum tcp_state before and after */
	__u8 pad[3];
	__u32 seq, ack, end; /* host order; end = behind its data, SYN and FIN counted */
};

INLINE int before(__u32 a, __u32 b)
{
	return (__s32)(a - b) < 0;
}

/* Notes the segment for later ones to be compared with. */
INLINE void tcp_note(struct flow *flow, const volatile struct segment *segment)
{
	flow->tcp.last_index = segment->index;
	flow->tcp.last_direction = segment->direction;
	flow->tcp.last_end = segment->end;
}

/* A segment let through unheeded: the flow may be out of step, what answers it will tell. */
INLINE void tcp_ignore(struct flow *flow, const volatile struct segment *segment, __u32 state)
{
	tcp_note(flow, segment);
	if (segment->index == SEGMENT_SYN && segment->direction == DIRECTION_ORIGINAL) {
		flow->tcp.last_flags &= ~(FLOW_CHALLENGE | FLOW_SIMULTANEOUS);
		if (state == LAST_ACK)
			flow->tcp.last_flags |= FLOW_CHALLENGE;
	}
	if (state == SYN_SENT && segment->index == SEGMENT_ACK && segment->direction == DIRECTION_REPLY)
		flow->tcp.last_ack = segment->ack;
}

/* Whether the handshake is known to be over and no FIN was seen. */
INLINE int settled(const struct flow *flow, __u32 state)
{
	return state == ESTABLISHED && (flow->status & FLOW_ASSURED);
}

/* What a RST does: CLOSED, or BAD if it is before what the other side acknowledged, or the old state if it may provoke a challenge ACK. */
INLINE __u32 tcp_reset_state(struct flow *flow, const volatile struct segment *segment, __u32 state)
{
	__u32 other = segment->direction == DIRECTION_ORIGINAL ? DIRECTION_REPLY : DIRECTION_ORIGINAL;
	__u32 known = flow->tcp.last_flags & (other == DIRECTION_ORIGINAL ? FLOW_ACK_ORIGINAL : FLOW_ACK_REPLY);
	__u32 acknowledged = other == DIRECTION_ORIGINAL ? flow->tcp.ends[0].max_ack : flow->tcp.ends[1].max_ack;

	/* Nothing to compare with; once somebody is closing, or in answer to a SYN let through unheeded, any RST is believed. */
	if (!known || state >= FIN_WAIT || flow->tcp.last_index == SEGMENT_SYN)
		return CLOSED;
	if (segment->seq == 0 && !settled(flow, state))
		return CLOSED;
	if (before(segment->seq, acknowledged))
		return BAD;
	if (!settled(flow, state) || segment->seq == acknowledged)
		return CLOSED;
	if (flow->tcp.last_index == SEGMENT_ACK && flow->tcp.last_direction == segment->direction && segment->seq == flow->tcp.last_end)
		return CLOSED;
	return state;
}

/* The segment that a flow was picked up by does not count: nothing is known of what it acknowledges. */
INLINE void tcp_note_ack(struct flow *flow, const volatile struct segment *segment)
{
	__u32 bit = segment->direction == DIRECTION_ORIGINAL ? FLOW_ACK_ORIGINAL : FLOW_ACK_REPLY;
	__u32 *highest = segment->direction == DIRECTION_ORIGINAL ? &flow->tcp.ends[0].max_ack : &flow->tcp.ends[1].max_ack;

	if (!(segment->flags & TCP_ACK) || flow->tcp.state == NONE)
		return;
	if (!(flow->tcp.last_flags & bit) || before(*highest, segment->ack))
		*highest = segment->ack;
	flow->tcp.last_flags |= bit;
}

#endif
