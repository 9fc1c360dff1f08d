/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * After a step that the bucket must know of: a flow whose time is over (killed) is freed; of another one the tag says whether it is assured, and the
 * hint is no later than its end. Rare: a step that makes a flow live longer leaves the hint too early, which only a sweep minds. Returns 0.
 */
#include "kernel.h"
#include "flow_leave.h"

STAGE int flow_settled(void *ctx, struct record *r)
{
	__u64 now = flow_clock(), tag = tag_of(r->flow_hash);
	struct flow_bucket *bucket = bucket_of(r->flow_hash);
	struct flow_entry *entry;
	__u32 slot;
	int had;

	if (!bucket)
		return 0;
	slot = slot_in(bucket, &r->flow_key, tag);
	if (slot >= FLOW_WAYS) {
		bucket = bucket_of(second_hash(r->flow_hash));
		if (!bucket)
			return 0;
		slot = slot_in(bucket, &r->flow_key, tag);
	}
	if (slot >= FLOW_WAYS)
		return 0;
	entry = &bucket->entries[slot];
	had = lock(r, &entry->flow.lock);
	if (same_key(&entry->key, &r->flow_key)) {
		/* Without the lock it is left to a sweep. */
		if (had && flow_over(&entry->flow, now)) {
			flow_free(bucket, slot, entry);
		} else {
			bucket->hints[slot] = entry->flow.expires;
			if (entry->flow.status & FLOW_ASSURED)
				__sync_fetch_and_or(&bucket->tags[slot >> 2 & 1], (__u64)FLOW_TAG_ASSURED << (slot & 3) * LANE_BITS);
		}
	}
	if (had)
		unlock(&entry->flow.lock);
	return 0;
}
