/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What user space has done to the flow table, by running flow_edit under BPF_PROG_TEST_RUN. src/kernel/flows/edit.ts writes these bytes. */
#ifndef BPF_IPTABLES_FLOW_EDIT_H
#define BPF_IPTABLES_FLOW_EDIT_H

#include "kernel.h"

enum flow_operation { FLOW_INSERT = 0, FLOW_UPDATE = 1, FLOW_DELETE = 2 };

/* What an update writes. */
enum flow_part { FLOW_PART_EXPIRES = 1, FLOW_PART_STATUS = 2, FLOW_PART_MARK = 4, FLOW_PART_PROTOCOL = 8 };

enum flow_change_result { CHANGE_DONE = 0, CHANGE_EXISTS = 1, CHANGE_FULL = 2, CHANGE_NONE = 3 };

struct flow_change {
	__u32 operation;       /*   0: enum flow_operation */
	__u32 parts;           /*   4: enum flow_part */
	__u32 result;          /*   8: enum flow_change_result */
	__u32 pad;
	struct flow_entry entry; /* 16: `expires` in jiffies64. Update and delete: an id other than 0 must be the flow's */
};

#define FLOW_CHANGES 64

/* Value of the `flow_edit` map (ARRAY of one element). */
struct flow_edit {
	__u64 now;             /*   0: out: jiffies64 */
	__u32 changes;         /*   8: how many of `change` */
	__u32 from;            /*  12: buckets to be swept */
	__u32 to;              /*  16 */
	__u32 families;        /*  20: of what is there of these families is deleted: 1 = IPv4, 2 = IPv6 */
	__u32 turn;            /*  24: of the program: how often it has run */
	__u32 slot;            /*  28: of the program */
	struct flow_change change[FLOW_CHANGES]; /* 32 */
	struct record record;  /* 9248: of the program */
};

extern struct flow_edit value_flow_edit;

int flow_change(struct flow_edit *edit, struct flow_change *change);
int flow_clear(struct flow_edit *edit, struct flow_bucket *bucket);

#endif
