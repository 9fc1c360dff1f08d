/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What happens to flows, for whoever listens (`bpf-conntrack -E`; src/kernel/flows reads it). While nobody does it costs a load. */
#ifndef BPF_IPTABLES_FLOW_EVENT_H
#define BPF_IPTABLES_FLOW_EVENT_H

#include "kernel.h"

enum flow_event_kind { FLOW_EVENT_NEW = 0, FLOW_EVENT_UPDATE = 1, FLOW_EVENT_DESTROY = 2 };

/* A record in the ring buffer `flow_events`. */
struct flow_event {
	__u32 kind;            /*   0: enum flow_event_kind */
	__u32 pad;
	__u64 at;              /*   8: jiffies64 */
	struct flow_entry entry; /* 16: as it was then */
};

/* Value of the map `flow_watch` (ARRAY of one element). */
struct flow_watch {
	__u64 until;           /*   0: jiffies64 until which somebody listens, who puts it off again and again; 0 = nobody does */
	__u64 lost;            /*   8: records for which the ring had no room */
};

extern const char map_flow_events;
extern struct flow_watch value_flow_watch;

int flow_report(const struct flow_entry *entry, __u32 kind);

/* Of an entry whose lock is held. */
INLINE void tell_listener(const struct flow_entry *entry, __u32 kind)
{
	if (UNLIKELY(*(volatile __u64 *)&value_flow_watch.until))
		flow_report(entry, kind);
}

/* Ends a flow, whose lock is held, before its time: a listener is told how long it would have lived. Nobody finds it from here on. */
INLINE void end_early(struct flow_entry *entry, __u64 now)
{
	tell_listener(entry, FLOW_EVENT_DESTROY);
	entry->flow.status |= FLOW_ENDED;
	entry->flow.expires = now;
}

#endif
