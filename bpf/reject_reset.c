/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The RST that `REJECT --reject-with tcp-reset` answers with (kernel: nf_reject_ip_tcphdr_put()). */
#include "checksum.h"
#include "packet.h"
#include "reject.h"
#include "tcp_answer.h"

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
	answer_segment(reset, &segment, r->length - (r->l4_offset - r->l3_offset));
	sum = pseudo_header(answer->source, answer->destination, PROTO_TCP, TCP_HEADER);
	reset->checksum = ~fold(csum_diff(0, 0, (void *)reset, TCP_HEADER, sum) & 0xffffffff);
	answer_header(answer, PROTO_TCP, 0, IPV4_DF);
	return 0;
}
