/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A new flow comes while there are as many as there may be: one that is over or not assured makes room, sought in the new one's own buckets, then in
 * those behind the first, as far as nf_conntrack's early_drop() looks. Returns 1, 0 if there is none: the packet is dropped.
 */
#include "kernel.h"
#include "flow_leave.h"
#include "flow_stats.h"
#include "rounds.h"

#define BUCKETS_BEHIND 8

STAGE int flow_room(void *ctx, struct record *r)
{
	__u64 now = flow_clock();
	volatile __u32 *round = (void *)r->scratch;
	__u32 first = bucket_number(r->flow_hash);
	struct rounds rounds;
	int room = 0;

	*round = 0;
	rounds_begin(&rounds, 2 + BUCKETS_BEHIND);
	while (rounds_next(&rounds)) {
		__u32 turn = *round, number = turn == 1 ? bucket_number(second_hash(r->flow_hash)) : first + turn - (turn > 1);
		struct flow_bucket *bucket = bucket_numbered(number < value_flow_table.buckets ? number : number - value_flow_table.buckets);

		*round = turn + 1;
		if (!bucket)
			break;
		if (sweep(bucket, r, now)) {
			room = 1;
			break;
		}
		if (push_out(bucket, now)) {
			COUNT(early_drop);
			room = 1;
			break;
		}
	}
	rounds_end(&rounds);
	if (!room)
		COUNT(drop);
	return room;
}
