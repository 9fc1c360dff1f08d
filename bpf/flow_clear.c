/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A bucket is rid of what is over, and of all flows of the families that are to be flushed. Returns 0. */
#include "flow_edit.h"
#include "flow_leave.h"
#include "rounds.h"

INLINE __u32 family_bit(__u32 family)
{
	return family == FAMILY_INET ? 1 : family == FAMILY_INET6 ? 2 : 0;
}

STAGE int flow_clear(struct flow_edit *edit, struct flow_bucket *bucket)
{
	volatile __u32 *at = &edit->slot;
	__u64 now = flow_clock();
	struct rounds rounds;

	*at = 0;
	rounds_begin(&rounds, edit->families ? FLOW_WAYS : 0);
	while (rounds_next(&rounds)) {
		__u32 slot = *at & (FLOW_WAYS - 1);
		struct flow_entry *entry = &bucket->entries[slot];
		int had;

		*at += 1;
		if (!(family_bit(entry->key.family) & edit->families))
			continue;
		had = lock(&edit->record, &entry->flow.lock);
		if (entry_used(entry) && !flow_over(&entry->flow, now))
			end_early(entry, now);
		bucket->hints[slot] = now;
		if (had)
			unlock(&entry->flow.lock);
	}
	rounds_end(&rounds);
	sweep(bucket, &edit->record, now);
	return 0;
}
