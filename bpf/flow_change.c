/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One flow inserted, updated or deleted by user space, with what packets use for it. Returns enum flow_change_result. */
#include "flow_edit.h"
#include "flow_insert.h"
#include "flow_leave.h"
#include "flow_stats.h"

int flow_room(void *ctx, struct record *r);
int flow_settled(void *ctx, struct record *r);
struct flow *flow_lookup(const struct record *r, __u64 now);

/* As ctnetlink does it: with as many flows as there may be, another one must make room. */
INLINE int insert_flow(struct flow_edit *edit, struct flow_change *change, int exists, __u64 now)
{
	struct record *r = &edit->record;
	int result;

	r->flow = change->entry.flow;
	if (flow_over(&r->flow, now))
		return CHANGE_NONE;
	if (value_flow_table.count >= value_flow_table.most) {
		if (exists)
			return CHANGE_EXISTS;
		if (!flow_room(0, r))
			return CHANGE_FULL;
	}
	r->flow.expires -= now;
	result = flow_insert(0, r);
	if (result == INSERT_FULL)
		return CHANGE_FULL;
	if (result != INSERTED)
		return CHANGE_EXISTS;
	COUNT(insert);
	return CHANGE_DONE;
}

/* Of a flow whose lock is held. */
INLINE void write_parts(struct flow *flow, const struct flow_change *change)
{
	const struct flow *from = &change->entry.flow;
	__u32 parts = change->parts;

	if (parts & FLOW_PART_EXPIRES)
		flow->expires = from->expires;
	if (parts & FLOW_PART_STATUS)
		flow->status |= from->status & (FLOW_SEEN_REPLY | FLOW_ASSURED);
	if (parts & FLOW_PART_MARK)
		flow->mark = from->mark;
	if (parts & FLOW_PART_PROTOCOL) {
#pragma unroll
		for (int i = 0; i < 8; i++)
			flow->words[i] = from->words[i];
	}
}

INLINE int change_flow(struct flow_edit *edit, struct flow_change *change, struct flow *flow, __u64 now)
{
	struct record *r = &edit->record;
	__u32 id = change->entry.flow.id;
	int result = CHANGE_NONE, had;

	if (!flow)
		return CHANGE_NONE;
	had = lock(r, &flow->lock);
	if (same_key(key_of(flow), &r->flow_key) && !flow_over(flow, now) && (!id || flow->id == id)) {
		if (change->operation == FLOW_DELETE)
			end_early((void *)key_of(flow), now);
		else
			write_parts(flow, change);
		result = CHANGE_DONE;
	}
	if (had)
		unlock(&flow->lock);
	if (result == CHANGE_DONE)
		flow_settled(0, r);
	return result;
}

STAGE int flow_change(struct flow_edit *edit, struct flow_change *change)
{
	__u64 now = flow_clock();
	struct flow *flow;

	edit->record.flow_key = change->entry.key;
	edit->record.flow_hash = flow_hash(&change->entry.key);
	READ_ANEW();
	flow = flow_lookup(&edit->record, now);
	return change->operation == FLOW_INSERT ? insert_flow(edit, change, flow != 0, now) : change_flow(edit, change, flow, now);
}
