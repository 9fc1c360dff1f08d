/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m rt: rt_mt6() of the kernel. */
#include "find_header6.h"

#define MOST_ADDRESSES 16
/* As many as a header of 255 * 8 + 8 bytes has. */
#define MOST_HOPS 127

/* src/extensions/rt/lower.ts */
enum routing_test { TEST_TYPE = 1, INVERT_TYPE = 2, INVERT_SEGMENTS = 4, TEST_LENGTH = 8, INVERT_LENGTH = 16, TEST_RESERVED = 32, STRICT = 64 };

struct routing_header_slot {
	__u64 tests;
	__u64 type;
	__u64 min, max;  /* of the segments left */
	__u64 length;    /* of the header, bytes */
	__u64 count;     /* of addresses asked for */
	__u64 addresses[2 * MOST_ADDRESSES]; /* the most significant word first */
};

struct routing {
	__u8 next;
	__u8 length;
	__u8 type;
	__u8 segments_left;
};

#define ADDRESSES_AT 8

/* Whether the `hops` addresses at `at` are those of the rule (STRICT), or have them in their order, others between. */
INLINE int has_addresses(struct __sk_buff *ctx, struct record *r, const struct routing_header_slot *slot, __u32 at, __u32 hops)
{
	__u32 count = slot->count, hop = 0, next = FORGET(r, 0);
	int strict = (slot->tests & STRICT) != 0, answer = 0;
	struct rounds rounds;

	if (strict ? count != hops : count > hops)
		return 0;
	rounds_begin(&rounds, MOST_HOPS);
	while (rounds_next(&rounds)) {
		__u64 address[2];
		__u32 wanted = next & (MOST_ADDRESSES - 1);

		if (hop >= hops || !HEADER_BYTES(ctx, r, at, address, sizeof(address)))
			break;
		if (__builtin_bswap64(address[0]) == slot->addresses[2 * wanted] && __builtin_bswap64(address[1]) == slot->addresses[2 * wanted + 1])
			next = FORGET(r, next + 1);
		else if (strict)
			break;
		if (next == count) {
			answer = 1;
			break;
		}
		at += sizeof(address);
		hop++;
	}
	rounds_end(&rounds);
	return answer;
}

STAGE __u32 routing_header(struct __sk_buff *ctx, struct record *r, struct routing_header_slot *slot)
{
	__u32 at, length, tests = slot->tests, reserved;
	struct routing header;
	enum found_header found = find_header6(ctx, r, NEXT_ROUTING, &at);

	if (found == HEADER_NONE)
		return ANSWER_NO;
	if (found == HEADER_CUT || !HEADER_BYTES(ctx, r, at, &header, sizeof(header)) || !header_fits(r, at, NEXT_ROUTING, header.length))
		return ANSWER_HOTDROP;
	length = extension_length(NEXT_ROUTING, header.length);
	if (!in_range(header.segments_left, slot->min, slot->max, (tests & INVERT_SEGMENTS) != 0))
		return ANSWER_NO;
	if (tests & TEST_LENGTH && (length == slot->length) == ((tests & INVERT_LENGTH) != 0))
		return ANSWER_NO;
	if (tests & TEST_TYPE && (header.type == slot->type) == ((tests & INVERT_TYPE) != 0))
		return ANSWER_NO;
	if (tests & TEST_RESERVED && (!HEADER_BYTES(ctx, r, at + sizeof(header), &reserved, sizeof(reserved)) || reserved))
		return ANSWER_NO;
	return !slot->count || has_addresses(ctx, r, slot, at + ADDRESSES_AT, (length - ADDRESSES_AT) / 16);
}
