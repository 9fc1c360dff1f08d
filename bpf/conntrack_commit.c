/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Conntrack after ACCEPT: a new flow is kept (nf_conntrack_confirm()), a first fragment speaks for its datagram. Returns 0. */
#include "kernel.h"
#include "flow.h"

STAGE int conntrack_commit(struct __sk_buff *ctx, struct record *r)
{
	/* NOEXIST: a flow that another CPU has just made stays. */
	if (r->ct_pending)
		map_update(&map_flows_new, &r->flow_key, &r->flow, BPF_NOEXIST);
	r->ct_pending = 0;
	if (r->more_fragments && r->frag_offset == 0) {
		struct fragment_key key = { r->src[0], r->dst[0], r->ip_id, r->proto, 0 };
		struct fragment fragment = {
			r->sport, r->dport, r->tcp_flags, r->icmp_type, r->icmp_code, r->l4_state, r->ct_state, r->ct_direction, 0,
		};

		map_update(&map_fragments, &key, &fragment, BPF_ANY);
	}
	return 0;
}
