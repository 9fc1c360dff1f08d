/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XDP, for a packet judged: the stamp by which tc ingress knows the verdict of the record (ACCEPT, REJECT). Returns an XDP code. */
#include "stamp.h"

STAGE int xdp_stamp(struct xdp_md *ctx, struct record *r)
{
	struct stamp *stamp;

	/* entry_xdp has seen that there is room: this does not fail. */
	if (xdp_adjust_meta(ctx, -(int)sizeof(*stamp)))
		goto fault;
	stamp = PACKET_POINTER(ctx, data_meta);
	if ((void *)(stamp + 1) > PACKET_POINTER(ctx, data))
		goto fault;
	stamp->netns_cookie = value_root.netns_cookie;
	stamp->magic = STAMP_MAGIC;
	stamp->ifindex = r->in_ifindex;
	stamp->ttl = r->ttl + (r->chain == CHAIN_FORWARD);
	stamp->verdict = r->verdict;
	stamp->reject_type = r->reject_type;
	stamp->ct_state = r->ct_state;
	stamp->ct_direction = r->ct_direction;
	stamp->pad[0] = stamp->pad[1] = stamp->pad[2] = 0;
	/* What only a REJECT leaves in the record from packet to packet must not keep GRO from merging. */
	if (r->verdict == VERDICT_ACCEPT)
		stamp->reject_type = stamp->ct_state = stamp->ct_direction = 0;
	return XDP_PASS;
fault:
	__sync_fetch_and_add(&value_root.faults, 1);
	return XDP_DROP;
}
