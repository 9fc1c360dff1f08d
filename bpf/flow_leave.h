/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* How flows leave the table: freed by who holds the lock, swept when their time is over, pushed out when there is no room. */
#ifndef BPF_IPTABLES_FLOW_LEAVE_H
#define BPF_IPTABLES_FLOW_LEAVE_H

#include "flow_event.h"
#include "flow_lock.h"
#include "flow_table.h"

/* The last word of a key, which holds the family. */
INLINE volatile __u64 *last_word(struct flow_key *key)
{
	return (volatile __u64 *)key + 4;
}

INLINE int entry_used(const struct flow_entry *entry)
{
	return *(volatile const __u8 *)&entry->key.family != 0;
}

/* Frees an entry whose lock is held. */
INLINE void flow_free(struct flow_bucket *bucket, __u32 slot, struct flow_entry *entry)
{
	if (!(entry->flow.status & FLOW_ENDED))
		tell_listener(entry, FLOW_EVENT_DESTROY);
	*last_word(&entry->key) = 0;
	__sync_fetch_and_and(&bucket->tags[slot >> 2 & 1], ~(0xffffull << (slot & 3) * LANE_BITS));
	__sync_fetch_and_add(&value_flow_table.count, -1);
}

/* Entries of a bucket that may be over by their hints. */
INLINE __u64 slots_over(const struct flow_bucket *bucket, __u64 now)
{
	__u64 over = 0;

#pragma unroll
	for (int i = 0; i < FLOW_WAYS; i++)
		over |= (__u64)((__u32)(bucket->hints[i] - (__u32)now - 1) >> 31) << ((i & 3) * LANE_BITS + (i >> 2) * 8);
	return over & slots_used(bucket);
}

int flow_sweep(struct flow_bucket *bucket, struct record *r, __u64 now);

/* Frees what is over in a bucket. Returns how many. */
INLINE int sweep(struct flow_bucket *bucket, struct record *r, __u64 now)
{
	return slots_over(bucket, now) ? flow_sweep(bucket, r, now) : 0;
}

/* Not assured: 0, else 1. */
INLINE __u64 protected(__u64 tag)
{
	return (((tag & (FLOW_TAG_USED | FLOW_TAG_ASSURED)) ^ FLOW_TAG_USED) + 3) >> 2;
}

#define PROTECTED_BIT 40

/*
 * The flow of a bucket that is the first to go: not assured, and of these the one whose time is over first. Returns its number, 8 or more
 * if there is none. Numbers are compared without branches, which the verifier would follow one by one.
 */
INLINE __u64 first_to_go(const struct flow_bucket *bucket, __u64 now)
{
	__u64 tags[2] = { bucket->tags[0], bucket->tags[1] };
	__s64 best = 1ll << 60;

#pragma unroll
	for (int i = 0; i < FLOW_WAYS; i++) {
		__u64 left = (__u32)(bucket->hints[i] - (__u32)now + 0x80000000u);
		__s64 apart = (left << 3 | i | protected(tags[i >> 2] >> (i & 3) * LANE_BITS) << PROTECTED_BIT) - best;

		asm volatile("" : "+r"(apart));
		best += apart & apart >> 63;
		asm volatile("" : "+r"(best));
	}
	return best >> PROTECTED_BIT ? FLOW_WAYS : best & (FLOW_WAYS - 1);
}

/* Pushes a flow out of a bucket: one that is not assured. Returns 1, 0 if there is none. */
INLINE int push_out(struct flow_bucket *bucket, __u64 now)
{
	__u64 slot = first_to_go(bucket, now);
	struct flow_entry *entry;
	int gone = 0;

	if (slot >= FLOW_WAYS)
		return 0;
	entry = &bucket->entries[slot];
	/* Its place is for the new one: both of its cache lines at once. */
	(void)*(volatile __u32 *)&entry->flow.id;
	if (!try_lock(&entry->flow.lock))
		return 0;
	if (entry_used(entry) && !(entry->flow.status & FLOW_ASSURED)) {
		flow_free(bucket, slot, entry);
		gone = 1;
	}
	unlock(&entry->flow.lock);
	return gone;
}

#endif
