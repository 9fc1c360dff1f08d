/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* REJECT: what the packet and its answer are to the record, at tc and at XDP. */
#ifndef BPF_IPTABLES_REJECT_RECORD_H
#define BPF_IPTABLES_REJECT_RECORD_H

#include "chain.h"
#include "flow.h"
#include "reject.h"

/* To all or to a group: nobody answers that. */
INLINE int to_many(struct record *r)
{
	return is_multicast(r->dst[0]) || r->dst[0] == 0xffffffff || local_type(r->dst[0]) == TYPE_BROADCAST;
}

/* What an answer is to OUTPUT, in both families. Answers belong to the flow they are about. */
INLINE void record_answer_head(struct record *r, __u32 out_ifindex, __u32 mark)
{
	__u32 state = r->ct_state & (CT_INVALID | CT_UNTRACKED) ? CT_INVALID : CT_RELATED;
	int reset = r->reject_type == REJECT_RESET;
	__u16 sport = r->sport;

	r->ct_direction = !r->ct_direction && state != CT_INVALID ? DIRECTION_REPLY : DIRECTION_ORIGINAL;
	r->ct_state = state;
	r->ct_pending = 0;
	r->in_ifindex = 0;
	r->in_name[0] = r->in_name[1] = 0;
	r->out_name[0] = r->out_name[1] = 0;
	set_out_device(r, out_ifindex);
	r->chain = CHAIN_OUTPUT;
	r->mark = mark;
	r->sport = reset ? r->dport : 0;
	r->dport = reset ? sport : 0;
	r->frag_offset = 0;
	r->more_fragments = 0;
	r->fragment_at = 0;
	r->fragment_flags = 0;
	r->l4_state = 0;
	r->has_mac = 0;
	r->mac_src = 0;
}

/* The rest of it in IPv4. */
INLINE void record_answer(struct record *r, struct answer *answer, __u32 mark)
{
	int reset = r->reject_type == REJECT_RESET;

	record_answer_head(r, answer->out_ifindex, mark);
	r->src[0] = answer->source;
	r->dst[0] = answer->destination;
	r->length = answer->length;
	r->l4_offset = r->l3_offset + IPV4_HEADER;
	r->ip_id = answer->ip_id;
	r->proto = answer->packet[9];
	r->ttl = answer->ttl;
	r->tos = answer->packet[1];
	r->tcp_flags = reset ? answer->packet[IPV4_HEADER + 13] : 0;
	r->icmp_type = reset ? 0 : ICMP_UNREACHABLE;
	r->icmp_code = reset ? 0 : r->reject_type;
}

#endif
