/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The RST that `REJECT --reject-with tcp-reset` answers with (kernel: nf_reject_ip_tcphdr_put()). */
#include "checksum.h"
#include "packet.h"
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

/* Fills packet and length. Returns 0, or 1 where none may be sent: no whole TCP header, or a RST itself. */
STAGE __u32 HERE(reject_reset)(packet_context *ctx, struct record *r, struct answer *answer)
{
	struct tcp_header segment = {}, *reset = (void *)(answer->packet + IPV4_HEADER);
	__u32 sum;

	if (r->proto != PROTO_TCP || r->frag_offset || (r->l4_state & L4_SHORT20))
		return 1;
	if (load_bytes(ctx, r->l4_offset, &segment, sizeof(segment)) || (segment.flags & FLAG_RST))
		return 1;
	__builtin_memset(answer->packet, 0, IPV4_HEADER + TCP_HEADER);
	answer->length = IPV4_HEADER + TCP_HEADER;
	answer->ip_id = 0;
	reset->source = segment.destination;
	reset->destination = segment.source;
	reset->offset = TCP_HEADER / 4 << 4;
	reset->flags = FLAG_RST;
	if (segment.flags & FLAG_ACK) {
		reset->sequence = segment.acknowledged;
	} else {
		__u32 data = r->length - (r->l4_offset - r->l3_offset) - (segment.offset >> 4) * 4;

		reset->flags |= FLAG_ACK;
		reset->acknowledged = HTONL(NTOHL(segment.sequence) + !!(segment.flags & FLAG_SYN) + !!(segment.flags & FLAG_FIN) + data);
	}
	sum = pseudo_header(answer->source, answer->destination, PROTO_TCP, TCP_HEADER);
	reset->checksum = ~fold(csum_diff(0, 0, (void *)reset, TCP_HEADER, sum) & 0xffffffff);
	answer_header(answer, PROTO_TCP, 0, IPV4_DF);
	return 0;
}
