/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packet bytes as rules see them: from the IP header on, to the end that it announces. For matches at tc and at XDP. */
#ifndef BPF_IPTABLES_SEEN_H
#define BPF_IPTABLES_SEEN_H

#include "packet.h"

/* What a match answers. */
enum { MISS = 0, MATCH = 1, HOTDROP = 2 };

/* Where layer 4 begins, behind the start of the IP header. */
INLINE __u32 l4_start(struct record *r)
{
	return r->l4_offset - r->l3_offset;
}

INLINE int reaches(struct record *r, __u32 at, __u32 length)
{
	__u32 end = r->length;

	return at <= end && length <= end - at;
}

/* `length` bytes at `at` behind the start of the IP header; not 0 where the packet ends before. */
INLINE long seen_bytes(packet_context *ctx, struct record *r, __u32 at, void *to, __u32 length)
{
	if (!reaches(r, at, length))
		return -1;
	return load_bytes(ctx, r->l3_offset + at, to, length);
}

#endif
