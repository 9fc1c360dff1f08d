/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP in conntrack: states, what a segment is, and the transitions between states, as nf_conntrack_proto_tcp has them. */
#ifndef BPF_IPTABLES_TCP_TRACK_H
#define BPF_IPTABLES_TCP_TRACK_H

#include "flow.h"

/* enum tcp_conntrack. The two behind the states are none: an invalid segment, one to be let through unheeded. */
enum tcp_state { NONE, SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT, CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSED, SYN_SENT2, BAD, IGNORE };

/* What a segment is by its flags. */
enum tcp_index { SEGMENT_SYN, SEGMENT_SYNACK, SEGMENT_FIN, SEGMENT_ACK, SEGMENT_RST, SEGMENT_NONE };

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

/* tcp_end.flags, IP_CT_TCP_FLAG_* of linux/netfilter/nf_conntrack_tcp.h. */
enum tcp_end_flags {
	TCP_END_SCALES = 1,      /* sent the window scale option */
	TCP_END_SACK = 2,        /* permits selective acknowledgements */
	TCP_END_CLOSED = 4,      /* sent the first FIN */
	TCP_END_LIBERAL = 8,     /* its windows are not held against it */
	TCP_END_UNACKED = 16,    /* what it has sent is not acknowledged yet */
	TCP_END_MAXACK_SET = 32, /* max_ack is set */
};

/* tcp_flow.last_flags: those a SYN let through unheeded would give its sender (TCP_END_SCALES, TCP_END_SACK), and these. */
enum tcp_last_flags {
	TCP_CHALLENGE = 64,     /* a SYN was let through in LAST_ACK, a challenge ACK may answer it */
	TCP_SIMULTANEOUS = 128, /* simultaneous open */
};

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

/*
 * A segment on its way through the table. It lives in the record's scratch (24 bytes, the last word is FORGET's) and is read back from there each
 * time: what the verifier knows of it on one path would keep it from seeing that all paths meet again.
 */
struct segment {
	__u8 old, state;     /* enum tcp_state before and after */
	__u8 index, flags;   /* enum tcp_index; as on the wire */
	__u8 scale, options; /* its window scale option; TCP_END_SCALES and TCP_END_SACK by its options, OPTIONS_PRESENT if it has any */
	__u16 window;        /* as on the wire */
	__u32 seq, end;      /* end = behind its data, SYN and FIN counted */
	__u32 ack, sack;     /* as on the wire; sack = the highest of ack and of what it acknowledges selectively */
};

#define OPTIONS_PRESENT 128

/* Sequence numbers turn over. */
INLINE int before(__u32 a, __u32 b)
{
	return (__s32)(a - b) < 0;
}

INLINE int after(__u32 a, __u32 b)
{
	return before(b, a);
}

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

/* What the ends of a flow are called from the sender's side. */
INLINE struct tcp_end *tcp_sender(const struct record *r, struct flow *flow)
{
	return &flow->tcp.ends[r->ct_direction & 1];
}

INLINE struct tcp_end *tcp_receiver(const struct record *r, struct flow *flow)
{
	return &flow->tcp.ends[~r->ct_direction & 1];
}

#endif
