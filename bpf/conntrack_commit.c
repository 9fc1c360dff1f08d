/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Conntrack after ACCEPT: a new flow is kept (nf_conntrack_confirm()), a first fragment speaks for its datagram. Returns 0. */
#include "kernel.h"
#include "flow.h"
#include "fragment.h"

STAGE int conntrack_commit(struct __sk_buff *ctx, struct record *r)
{
	/* NOEXIST: a flow that another CPU has just made stays. */
	if (r->ct_pending && !flow_find(&r->flow_key, flow_clock()))
		flow_forget(&r->flow_key);
	if (r->ct_pending)
		map_update(&map_flows_new, &r->flow_key, &r->flow, BPF_NOEXIST);
	r->ct_pending = 0;
	if (r->more_fragments && !r->frag_offset && !r->later_fragment)
		fragment_note(r, 1);
	return 0;
}
