/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m limit: the token bucket of xt_limit, in its own 32-bit arithmetic, whose overflow shows after a day and a half without a packet. */
#include "kernel.h"

/* A rule's slot in map `limit_slots`: configuration, then one word of state, 0 until the first packet. */
struct limit_slot {
	__u64 period; /* 1/10000 s for a packet */
	__u64 burst;  /* packets */
	__u64 bucket; /* low half: jiffies at the last packet; high half: credits left */
};

#define PERIODS_PER_SECOND 10000
/*
 * Only a packet that passes takes from the bucket (credits grow with time whether or not they are written down), so a CPU loses
 * the race only to a packet that passed; one that loses this often is over the limit. A bounded loop: the verifier walks every turn.
 */
#define TRIES 8

/* A time in 1/10000 s as credits, dividing first where the product would not fit. */
INLINE __u32 credits(__u32 time)
{
	__u32 per_second = value_machine.hz * value_machine.credits_per_jiffy;

	if (per_second == 0)
		return 0;
	if (time > 0xffffffff / per_second)
		return time / PERIODS_PER_SECOND * per_second;
	return time * per_second / PERIODS_PER_SECOND;
}

/* Returns 1 while the bucket holds a packet's worth, and takes that out; else 0. */
STAGE __u32 limit(void *ctx, struct record *r, struct limit_slot *slot)
{
	__u32 cost = credits(slot->period), capacity = credits((__u32)slot->period * (__u32)slot->burst);

	for (int i = 0; i < TRIES; i++) {
		__u64 before = *(volatile __u64 *)&slot->bucket;
		__u32 now = jiffies64(), credit = before ? before >> 32 : capacity;
		__u32 elapsed = before ? now - (__u32)before : 0;

		credit += elapsed * value_machine.credits_per_jiffy;
		if (credit > capacity)
			credit = capacity;
		if (credit < cost)
			return 0;
		credit -= cost;
		if (__sync_val_compare_and_swap(&slot->bucket, before, (__u64)credit << 32 | now) == before)
			return 1;
	}
	return 0;
}
