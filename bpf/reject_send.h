/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Sends the answer of REJECT that the packet at hand has become, of either family. */
#ifndef BPF_IPTABLES_REJECT_SEND_H
#define BPF_IPTABLES_REJECT_SEND_H

#include "reject.h"

/* Return codes of tc. */
enum { CODE_NEXT = -1, CODE_SHOT = 2 };

/* Generated: the chain OUTPUT over the record. Returns enum verdict. */
int judge_answer(struct __sk_buff *ctx, struct record *r);

/* `home`: device that leads to the packet's own sender. What goes there is judged when it comes to lo. */
INLINE int send_answer(struct __sk_buff *ctx, struct record *r, __u32 way, __u32 out_ifindex, __u32 home)
{
	ctx->cb[ANSWER_CB] = ANSWER_COOKIE;
	if (way == WAY_TO_SELF)
		return redirect_neigh(home, 0, 0, 0);
	if (judge_answer(ctx, r) != VERDICT_ACCEPT)
		return CODE_SHOT;
	if (way == WAY_LOOPBACK)
		return CODE_NEXT;
	if (way == WAY_BACK_LOOPBACK)
		return redirect(IFINDEX_LOOPBACK, 0);
	ctx->tc_index = 0;
	return way == WAY_OUT ? redirect_neigh(out_ifindex, 0, 0, 0) : redirect(out_ifindex, 0);
}

#endif
