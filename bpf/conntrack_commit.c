/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Conntrack after ACCEPT: a new flow is kept (nf_conntrack_confirm()). Returns 0, or 1 if the packet is to be dropped, its flow not
 * kept: as in the kernel's, after the rules have counted it.
 */
#include "kernel.h"
#include "flow.h"
#include "flow_insert.h"
#include "flow_stats.h"
#include "fragment.h"

/* Protocols of whose flows two packets may be the first at the same time (allow_clash): the one goes on with what the other has made. */
INLINE int may_meet(__u32 proto)
{
	return proto != PROTO_TCP && proto != PROTO_ICMP && proto != PROTO_ICMPV6 && proto != PROTO_SCTP;
}

/* Returns 1 if the packet is to be dropped. */
INLINE int keep(void *ctx, struct record *r)
{
	int result = flow_insert(ctx, r);

	if (LIKELY(result == INSERTED))
		return 0;
	if (result == INSERT_MET && may_meet(r->proto)) {
		COUNT(clash_resolve);
		return 0;
	}
	COUNT(insert_failed);
	if (result == INSERT_FULL)
		COUNT(chaintoolong);
	else
		COUNT(drop);
	return 1;
}

STAGE int conntrack_commit(struct __sk_buff *ctx, struct record *r)
{
	int dropped = r->ct_pending && keep(ctx, r);

	r->ct_pending = 0;
	if (UNLIKELY(dropped) && r->more_fragments)
		fragment_dropped(r);
	return dropped;
}
