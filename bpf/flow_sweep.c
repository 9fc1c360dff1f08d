/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Frees the flows of a bucket whose time is over, and corrects the hints of those whose is not. Returns how many were freed. */
#include "kernel.h"
#include "flow_leave.h"
#include "rounds.h"

STAGE int flow_sweep(struct flow_bucket *bucket, struct record *r, __u64 now)
{
	__u64 slots = slots_over(bucket, now);
	struct rounds rounds;
	int freed = 0;

	rounds_begin(&rounds, FLOW_WAYS);
	while (rounds_next(&rounds) && slots) {
		__u32 slot = first_slot(slots);
		struct flow_entry *entry = &bucket->entries[slot];

		slots &= slots - 1;
		if (!try_lock(&entry->flow.lock))
			continue;
		if (entry_used(entry)) {
			if (flow_over(&entry->flow, now)) {
				flow_free(bucket, slot, entry);
				freed++;
			} else {
				bucket->hints[slot] = entry->flow.expires;
			}
		}
		unlock(&entry->flow.lock);
	}
	rounds_end(&rounds);
	return FORGET(r, freed);
}
