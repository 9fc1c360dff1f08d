/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The RST that `REJECT --reject-with tcp-reset` answers with in IPv6 (kernel: nf_reject_ip6_tcphdr_put()). */
#include "reject6.h"
#include "tcp_answer.h"

/* Fills packet and length. Returns 0, or 1 where none may be sent: no whole TCP header, or a RST itself. */
STAGE __u32 reject_reset6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer)
{
	struct tcp_header segment = {}, *reset = (void *)(answer->packet + IPV6_HEADER);
	__u32 sum;

	if (r->proto != PROTO_TCP || r->frag_offset || (r->l4_state & (L4_SHORT20 | L4_PROTO_CUT)))
		return 1;
	if (skb_load_bytes(ctx, r->l4_offset, &segment, sizeof(segment)) || (segment.flags & FLAG_RST))
		return 1;
	__builtin_memset(answer->packet, 0, IPV6_HEADER + TCP_HEADER);
	answer->length = IPV6_HEADER + TCP_HEADER;
	answer->flow_label = 0;
	answer_segment(reset, &segment, r->length - (r->l4_offset - r->l3_offset));
	sum = pseudo_header6(answer->source, answer->destination, PROTO_TCP, TCP_HEADER);
	reset->checksum = ~fold(csum_diff(0, 0, (void *)reset, TCP_HEADER, sum) & 0xffffffff);
	answer6_header(answer, PROTO_TCP);
	return 0;
}
