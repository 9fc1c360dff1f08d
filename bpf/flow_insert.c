/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Puts the flow in the record (flow_key, flow_hash, flow; `expires` a timeout from now) into the table. Returns enum insert_result.
 * The lock of the first bucket keeps two CPUs from putting in the same flow; a place is had by the lock of its entry, as flows of
 * other first buckets may want it too.
 */
#include "kernel.h"
#include "flow_insert.h"
#include "flow_leave.h"
#include "rounds.h"

/* Buckets are swept one by one, so that what is over leaves as fast as new flows come: a bucket has room for more than these. */
#define FLOWS_PER_SWEEP 4
/* How often a place is sought that no other CPU takes at the same time. */
#define PLACE_ROUNDS 4

int flow_settled(void *ctx, struct record *r);

/* Fills an entry that is locked and free, and unlocks it. The last word of the key makes it one that others find. */
INLINE void fill(struct flow_bucket *bucket, __u32 slot, struct flow_entry *entry, struct record *r, __u64 now)
{
	__u64 *to = (void *)entry, *from = (void *)&r->flow_key;
	__u64 tag = tag_of(r->flow_hash) | (r->flow.status & FLOW_ASSURED ? FLOW_TAG_ASSURED : 0);

	r->flow.lock = 1;
	r->flow.expires += now;
	r->flow.status |= FLOW_CONFIRMED;
#pragma unroll
	for (unsigned int i = 0; i < sizeof(struct flow_entry) / 8; i++)
		if (i != 4)
			to[i] = from[i];
	READ_ANEW();
	*last_word(&entry->key) = from[4];
	bucket->hints[slot] = r->flow.expires;
	__sync_fetch_and_or(&bucket->tags[slot >> 2 & 1], tag << (slot & 3) * LANE_BITS);
	tell_listener(entry, FLOW_EVENT_NEW);
	unlock(&entry->flow.lock);
}

/* Takes the emptier of the two buckets. A place that another CPU is at work on is passed over from then on. Returns 1 if the flow has found a place. */
INLINE int place(struct flow_bucket *first, struct flow_bucket *second, struct record *r, __u64 now)
{
	volatile __u64 *busy = &r->scratch[0];
	__u64 open = SLOTS & ~*busy, free = ~slots_used(first) & open, others = ~slots_used(second) & open;
	struct flow_bucket *bucket = first;
	struct flow_entry *entry;
	__u32 slot;

	if (how_many(others) > how_many(free)) {
		bucket = second;
		free = others;
	}
	if (!free)
		return 0;
	slot = first_slot(free);
	entry = &bucket->entries[slot];
	/* Both of its cache lines at once: an atomic waits for what was stored before, and so for a line that is still to come. */
	(void)*(volatile __u32 *)&entry->flow.id;
	if (!try_lock(&entry->flow.lock)) {
		*busy |= free & -free;
		return 0;
	}
	if (entry_used(entry)) {
		unlock(&entry->flow.lock);
		return 0;
	}
	fill(bucket, slot, entry, r, now);
	return 1;
}

/* Where there is none left: frees what is over in both buckets; if that is nothing, pushes out a flow of one. */
INLINE void make_place(struct flow_bucket *first, struct flow_bucket *second, struct record *r, __u64 now)
{
	if (SLOTS & ~*(volatile __u64 *)&r->scratch[0] & ~(slots_used(first) & slots_used(second)))
		return;
	if (sweep(first, r, now) + sweep(second, r, now) == 0 && !push_out(first, now))
		push_out(second, now);
}

/* With the first bucket's lock held. */
INLINE int insert(void *ctx, struct flow_bucket *first, struct flow_bucket *second, struct record *r, __u64 now)
{
	struct flow *flow = flow_in(first, &r->flow_key, tag_of(r->flow_hash));
	struct rounds rounds;
	int result = INSERT_FULL;

	if (!flow)
		flow = flow_in(second, &r->flow_key, tag_of(r->flow_hash));
	if (flow && !flow_over(flow, now))
		return (flow->status ^ r->flow.status) & FLOW_ORIGIN_SECOND ? INSERT_CROSSED : INSERT_MET;
	/* One that is over is freed. */
	if (flow)
		flow_settled(ctx, r);
	*(volatile __u64 *)&r->scratch[0] = 0;
	rounds_begin(&rounds, PLACE_ROUNDS);
	while (rounds_next(&rounds)) {
		if (place(first, second, r, now)) {
			__sync_fetch_and_add(&value_flow_table.count, 1);
			result = INSERTED;
			break;
		}
		make_place(first, second, r, now);
	}
	rounds_end(&rounds);
	return result;
}

STAGE int flow_insert(void *ctx, struct record *r)
{
	__u64 now = flow_clock();
	struct flow_bucket *first = bucket_of(r->flow_hash), *second = bucket_of(second_hash(r->flow_hash)), *swept;
	__u32 turn = __sync_fetch_and_add(&value_flow_table.cursor, 1);
	int result, had;

	if (!first || !second)
		return INSERT_FULL;
	r->flow.id = r->flow_hash + turn;
	had = lock(r, &first->lock);
	result = insert(ctx, first, second, r, now);
	if (LIKELY(had))
		unlock(&first->lock);
	if (turn % FLOWS_PER_SWEEP == 0) {
		swept = bucket_numbered(turn / FLOWS_PER_SWEEP % value_flow_table.buckets);
		if (swept)
			sweep(swept, r, now);
	}
	return result;
}
