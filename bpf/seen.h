/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Packet bytes as rules see them: from the IP header on, to the end that it announces, and in FORWARD with one hop less than they came with. For
 * matches at tc and at XDP.
 */
#ifndef BPF_IPTABLES_SEEN_H
#define BPF_IPTABLES_SEEN_H

#include "packet.h"
#include "packet_length.h"

/* What a match answers. */
enum { MISS = 0, MATCH = 1, HOTDROP = 2 };

/* Where layer 4 begins, behind the start of the IP header. */
INLINE __u32 l4_start(struct record *r)
{
	return r->l4_offset - r->l3_offset;
}

/*
 * Where a TCP header begins for matches that look at no fragment offset. For a later fragment of IPv6 ipv6_find_hdr() leaves the transport's place at 0,
 * so that they read the IPv6 header.
 */
INLINE __u32 taken_for_l4(struct record *r)
{
	return r->family == FAMILY_INET6 && r->frag_offset ? 0 : l4_start(r);
}

INLINE int reaches(struct record *r, __u32 at, __u32 length)
{
	__u32 end = packet_end(r);

	return at <= end && length <= end - at;
}

/* Bytes of layer 3 as they are, which is right behind the first SEEN_HEAD. `length` of them at `at`; not 0 where the packet ends before. */
INLINE long seen_bytes(packet_context *ctx, struct record *r, __u32 at, void *to, __u32 length)
{
	if (!reaches(r, at, length))
		return -1;
	return load_bytes(ctx, r->l3_offset + at, to, length);
}

/* Behind these bytes a header is in FORWARD as it came. */
#define SEEN_HEAD 12

/* The beginning of layer 3, at least SEEN_HEAD bytes, with the hops that its chain sees (ip_decrease_ttl()). */
INLINE void with_hops(struct record *r, __u8 *head)
{
	__u32 sum;

	if (r->family == FAMILY_INET6) {
		head[7] = r->ttl;
		return;
	}
	if (head[8] == r->ttl)
		return;
	sum = (head[10] << 8 | head[11]) + 0x100;
	sum += sum >= 0xffff;
	head[8] = r->ttl;
	head[10] = sum >> 8;
	head[11] = sum;
}

/* The number of `size` bytes (1, 2 or 4) at `at`; not 0 where the packet ends before. */
INLINE long seen_number(packet_context *ctx, struct record *r, __u32 at, __u64 size, __u32 *number)
{
	__u8 head[SEEN_HEAD + 4], bytes[4] = {};

	if (size == 0 || size > 4 || seen_bytes(ctx, r, at, bytes, size))
		return -1;
	if (UNLIKELY(at < SEEN_HEAD && r->chain == CHAIN_FORWARD)) {
		__u64 from = FORGET(r, at);

		if (from >= SEEN_HEAD || load_bytes(ctx, r->l3_offset, head, sizeof(head)))
			return -1;
		with_hops(r, head);
		for (int i = 0; i < 4; i++)
			bytes[i] = head[from + i];
	}
	*number = NTOHL(*(__u32 *)bytes) >> (8 * (4 - size));
	return 0;
}

#endif
