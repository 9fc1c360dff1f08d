/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m srh: srh1_mt6() of the kernel. It drops no packet: one whose headers are cut off does not match. */
#include "find_header6.h"

#define SEGMENT_ROUTING 4

/* src/extensions/srh/lower.ts: what is asked of a number; inverted, the same eight bits higher. */
enum segment_routing_test { TEST_EQUAL = 1, TEST_GREATER = 2, TEST_LESS = 4, TEST_ASKED = 1 };
#define INVERTED(tests) ((tests) >> 8)

struct asked_number {
	__u64 tests;
	__u64 value;
};

struct asked_segment {
	__u64 tests;
	__u64 address[2]; /* the most significant word first */
	__u64 mask[2];
};

struct segment_routing_slot {
	struct asked_number next_header, header_length, segments_left, last_entry, tag;
	struct asked_segment previous, next, last;
};

/* RFC 8754 */
struct segment_routing {
	__u8 next;
	__u8 length;
	__u8 type;
	__u8 segments_left;
	__u8 last_entry;
	__u8 flags;
	__u16 tag;
};

INLINE int is_number(__u32 number, const struct asked_number *asked)
{
	__u32 tests = asked->tests, value = asked->value, holds = 0;

	if (number == value)
		holds |= TEST_EQUAL;
	if (number > value)
		holds |= TEST_GREATER;
	if (number < value)
		holds |= TEST_LESS;
	return ((holds ^ INVERTED(tests)) & tests & 0xff) == (tests & 0xff);
}

/* Whether segment `index` of the list at `at` is the one asked for; it may lie behind the header's end, but not the packet's. */
INLINE int is_segment(struct __sk_buff *ctx, struct record *r, const struct asked_segment *asked, __u32 at, __u32 index)
{
	__u64 found[2];
	__u32 place = at + index * sizeof(found);
	int same;

	if (!HEADER_BYTES(ctx, r, place, found, sizeof(found)))
		return 0;
	same = !(((__builtin_bswap64(found[0]) ^ asked->address[0]) & asked->mask[0]) | ((__builtin_bswap64(found[1]) ^ asked->address[1]) & asked->mask[1]));
	return same != (INVERTED(asked->tests) & TEST_ASKED);
}

STAGE __u32 segment_routing(struct __sk_buff *ctx, struct record *r, struct segment_routing_slot *slot)
{
	struct segment_routing header;
	__u32 at, list, left;

	if (find_header6(ctx, r, NEXT_ROUTING, &at) != HEADER_FOUND || !HEADER_BYTES(ctx, r, at, &header, sizeof(header)))
		return ANSWER_NO;
	if (!header_fits(r, at, NEXT_ROUTING, header.length) || header.type != SEGMENT_ROUTING)
		return ANSWER_NO;
	left = header.segments_left;
	if (left > header.last_entry)
		return ANSWER_NO;
	if (!is_number(header.next, &slot->next_header) || !is_number(header.length, &slot->header_length) || !is_number(left, &slot->segments_left))
		return ANSWER_NO;
	/* The tag as it lies in memory: the kernel does not care for the order of its bytes. */
	if (!is_number(header.last_entry, &slot->last_entry) || !is_number(header.tag, &slot->tag))
		return ANSWER_NO;
	list = at + sizeof(header);
	if (slot->previous.tests && (left == header.last_entry || !is_segment(ctx, r, &slot->previous, list, left + 1)))
		return ANSWER_NO;
	if (slot->next.tests && (left == 0 || !is_segment(ctx, r, &slot->next, list, left - 1)))
		return ANSWER_NO;
	return !slot->last.tests || is_segment(ctx, r, &slot->last, list, 0);
}
