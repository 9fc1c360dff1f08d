/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* REJECT, IPv6: the record as OUTPUT sees the answer. */
#ifndef BPF_IPTABLES_REJECT_RECORD6_H
#define BPF_IPTABLES_REJECT_RECORD6_H

#include "reject6.h"
#include "reject_record.h"

/* What answers of both families have in common; the rest is IPv6's. */
INLINE void record_answer6(struct record *r, struct answer6 *answer, __u32 mark)
{
	int reset = r->reject_type == REJECT_RESET;

	record_answer_head(r, answer->out_ifindex, mark);
	copy6(r->src, answer->source);
	copy6(r->dst, answer->destination);
	r->length = answer->length;
	r->l4_offset = r->l3_offset + IPV6_HEADER;
	r->ip_id = 0;
	r->proto = reset ? PROTO_TCP : PROTO_ICMPV6;
	r->ttl = answer->hop_limit;
	r->tos = 0;
	r->tcp_flags = reset ? answer->packet[IPV6_HEADER + 13] : 0;
	r->icmp_type = reset ? 0 : ICMPV6_UNREACHABLE;
	r->icmp_code = reset ? 0 : r->reject_type;
}

#endif
