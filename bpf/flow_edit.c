/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Run by BPF_PROG_TEST_RUN, as often as there is something to do: each run makes the next change of the map `flow_edit`, then, the changes made, sweeps
 * the next bucket. Returns 0.
 */
#include "flow.h"
#include "flow_edit.h"
#include "flow_table.h"

STAGE int flow_edit(void *ctx, void *none)
{
	struct flow_edit *edit = &value_flow_edit;
	__u32 turn = edit->turn;
	struct flow_bucket *bucket;

	edit->now = flow_clock();
	edit->turn = turn + 1;
	if (turn < edit->changes) {
		if (turn < FLOW_CHANGES)
			edit->change[turn].result = flow_change(edit, &edit->change[turn]);
		return 0;
	}
	turn = edit->from + turn - edit->changes;
	bucket = bucket_numbered(turn);
	if (bucket && turn < edit->to)
		flow_clear(edit, bucket);
	return 0;
}
