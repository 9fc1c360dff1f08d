/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The part of a LOG record that is in the packet record, at every hook. */
#ifndef BPF_IPTABLES_LOG_RECORD_H
#define BPF_IPTABLES_LOG_RECORD_H

#include "kernel.h"
#include "log.h"

/* A rule's slot in map `log_slots`: its configuration. */
struct log_slot {
	__u64 level;
	__u64 flags; /* XT_LOG_* */
	__u64 prefix[4];
};

extern const char map_log;
extern struct log_lost value_log_lost;

/* Bytes of the packet to copy, from its IP header on. */
INLINE __u32 log_wanted(const struct record *r, __u32 most)
{
	__u32 length = r->length;

	return length > most ? most : length;
}

/*
 * Room in the ring, `size` bytes of a record of either family, with all that is known without the packet, no link-layer header, no owner, nothing
 * captured. 0 = full, and counted.
 */
INLINE struct log_record *log_begin(const struct record *r, const struct log_slot *slot, __u64 size)
{
	struct log_record *log = ringbuf_reserve(&map_log, size, 0);

	if (!log) {
		__sync_fetch_and_add(&value_log_lost.lost, 1);
		return 0;
	}
	log->level = slot->level;
	log->flags = slot->flags;
	for (int i = 0; i < 4; i++)
		((__u64 *)log->prefix)[i] = slot->prefix[i];
	log->in_name[0] = r->in_name[0];
	log->in_name[1] = r->in_name[1];
	log->out_name[0] = r->out_name[0];
	log->out_name[1] = r->out_name[1];
	log->mark = r->mark;
	log->length = r->length;
	log->uid = log->gid = 0;
	log->has_owner = 0;
	log->has_input = r->in_ifindex != 0;
	log->ttl = r->ttl;
	log->mac_length = 0;
	log->device_type = 0;
	log->captured = 0;
	return log;
}

#endif
