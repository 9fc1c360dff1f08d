/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Waits for a lock that was not free (flow_lock.h). Returns 1 if it was had. */
#include "kernel.h"
#include "flow_lock.h"
#include "flow_stats.h"
#include "rounds.h"

/* Some 20 us: a hundred times as long as a step takes. */
#define LOCK_ROUNDS 4096

STAGE int flow_wait(__u32 *lock)
{
	struct rounds rounds;
	int had = 0;

	rounds_begin(&rounds, LOCK_ROUNDS);
	while (rounds_next(&rounds)) {
		if (*(volatile __u32 *)lock == 0 && try_lock(lock)) {
			had = 1;
			break;
		}
	}
	rounds_end(&rounds);
	if (!had)
		COUNT(unlocked);
	return had;
}
