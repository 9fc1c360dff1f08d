/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Frees the flows of a bucket whose time is over, and corrects the hints of those whose is not. Returns how many were freed. What changes from round
 * to round stands in the record's scratch, where the verifier does not follow it: in words 1 and 2, for word 0 is the caller's.
 */
#include "kernel.h"
#include "flow_leave.h"
#include "rounds.h"

STAGE int flow_sweep(struct flow_bucket *bucket, struct record *r, __u64 now)
{
	volatile __u64 *left = &r->scratch[1], *freed = &r->scratch[2];
	struct rounds rounds;

	*left = slots_over(bucket, now);
	*freed = 0;
	rounds_begin(&rounds, FLOW_WAYS);
	while (rounds_next(&rounds)) {
		__u64 slots = *left;
		__u32 slot = first_slot(slots);
		struct flow_entry *entry = &bucket->entries[slot];

		if (!slots)
			break;
		*left = slots & (slots - 1);
		if (!try_lock(&entry->flow.lock))
			continue;
		if (entry_used(entry)) {
			if (flow_over(&entry->flow, now)) {
				flow_free(bucket, slot, entry);
				*freed += 1;
			} else {
				bucket->hints[slot] = entry->flow.expires;
			}
		}
		unlock(&entry->flow.lock);
	}
	rounds_end(&rounds);
	return *freed;
}
