/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* How flow_insert.c's answer is to be taken. */
#ifndef BPF_IPTABLES_FLOW_INSERT_H
#define BPF_IPTABLES_FLOW_INSERT_H

#include "kernel.h"

enum insert_result {
	INSERTED,
	INSERT_MET,    /* there is one, opened by the same end */
	INSERT_CROSSED, /* there is one, opened by the other end */
	INSERT_FULL,   /* both buckets are full of assured flows */
};

int flow_insert(void *ctx, struct record *r);

#endif
