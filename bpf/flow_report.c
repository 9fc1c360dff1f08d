/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Puts a record of what happened to a flow into the ring buffer; where that is full the record is lost, and counted. Returns 0. */
#include "kernel.h"
#include "flow.h"
#include "flow_event.h"

STAGE int flow_report(const struct flow_entry *entry, __u32 kind)
{
	struct flow_event *event;
	__u64 now = flow_clock();

	/* Who listened has gone without a word. */
	if ((__s64)(value_flow_watch.until - now) <= 0) {
		value_flow_watch.until = 0;
		return 0;
	}
	event = ringbuf_reserve(&map_flow_events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&value_flow_watch.lost, 1);
		return 0;
	}
	event->kind = kind;
	event->pad = 0;
	event->at = now;
	/* One call in place of a copy word by word, which the verifier would follow wherever something is reported from. */
	probe_read_kernel(&event->entry, sizeof(event->entry), entry);
	ringbuf_submit(event, 0);
	return 0;
}
