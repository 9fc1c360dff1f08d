/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The segment that answers one with a RST, in both families; its checksum is the caller's. */
#ifndef BPF_IPTABLES_TCP_ANSWER_H
#define BPF_IPTABLES_TCP_ANSWER_H

#include "reject.h"

/* RFC 793; our own view, numbers as on the wire. */
struct tcp_header {
	__u16 source;
	__u16 destination;
	__u32 sequence;
	__u32 acknowledged;
	__u8 offset;
	__u8 flags;
	__u16 window;
	__u16 checksum;
	__u16 urgent;
};

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAG_ACK = 16 };

/* `reset` is all zeros; `length` bytes of layer 4 came. */
INLINE void answer_segment(struct tcp_header *reset, const struct tcp_header *segment, __u32 length)
{
	reset->source = segment->destination;
	reset->destination = segment->source;
	reset->offset = TCP_HEADER / 4 << 4;
	reset->flags = FLAG_RST;
	if (segment->flags & FLAG_ACK) {
		reset->sequence = segment->acknowledged;
	} else {
		__u32 data = length - (segment->offset >> 4) * 4;

		reset->flags |= FLAG_ACK;
		reset->acknowledged = HTONL(NTOHL(segment->sequence) + !!(segment->flags & FLAG_SYN) + !!(segment->flags & FLAG_FIN) + data);
	}
}

#endif
