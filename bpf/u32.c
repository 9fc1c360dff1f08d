/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m u32: numbers at places that other numbers lead to (xt_u32). Its tests as one row of steps. */
#include "seen.h"
#include "rounds.h"

/* Ten tests of ten numbers, ten ranges of two words and an end each; and an end of all. */
#define U32_STEPS 311

/* What a step does with the number at hand, from bit 32 on; its own number below. */
enum u32_step { U32_END = 0, U32_LOAD = 1, U32_AND = 2, U32_LEFT = 3, U32_RIGHT = 4, U32_AT = 5, U32_LOW = 6, U32_HIGH = 7, U32_TEST = 8 };

struct u32_slot {
	__u64 invert;
	__u64 steps[U32_STEPS];
};

/* Where the walk is. In the record's scratch: the verifier would follow each number that the steps may make. */
struct u32_walk {
	__u32 step;
	__u32 value;
	__u32 start;
	__u32 low;
	__u32 in_range;
};

_Static_assert(sizeof(struct u32_walk) <= 3 * sizeof(__u64), "word 3 of the scratch is FORGET()'s");

/* The number at `start` + `position`; not 0 where the packet ends before. */
INLINE long go_to(packet_context *ctx, struct record *r, volatile struct u32_walk *walk, __u64 start, __u32 position)
{
	__u32 value;

	if (start + position + 4 > packet_end(r) || seen_number(ctx, r, start + position, 4, &value))
		return -1;
	walk->start = start;
	walk->value = value;
	walk->in_range = 0;
	return 0;
}

/* Whether all tests hold. */
INLINE __u32 tests_hold(packet_context *ctx, struct record *r, struct u32_slot *slot)
{
	volatile struct u32_walk *walk = (void *)r->scratch;
	struct rounds rounds;
	__u32 answer = 0;

	walk->step = 0;
	rounds_begin(&rounds, U32_STEPS);
	while (rounds_next(&rounds)) {
		__u32 step = walk->step, number, kind;

		if (step >= U32_STEPS)
			break;
		number = slot->steps[step];
		kind = slot->steps[step] >> 32;
		walk->step = step + 1;
		if (kind == U32_END) {
			answer = 1;
			break;
		}
		if (kind == U32_LOAD) {
			if (go_to(ctx, r, walk, 0, number))
				break;
		} else if (kind == U32_AT) {
			if (go_to(ctx, r, walk, (__u64)walk->start + walk->value, number))
				break;
		} else if (kind == U32_AND) {
			walk->value &= number;
		} else if (kind == U32_LEFT) {
			walk->value <<= number & 31;
		} else if (kind == U32_RIGHT) {
			walk->value >>= number & 31;
		} else if (kind == U32_LOW) {
			walk->low = number;
		} else if (kind == U32_HIGH) {
			if (walk->value >= walk->low && walk->value <= number)
				walk->in_range = 1;
		} else if (!walk->in_range) {
			break;
		}
	}
	rounds_end(&rounds);
	return answer;
}

STAGE __u32 HERE(u32)(packet_context *ctx, struct record *r, struct u32_slot *slot)
{
	return tests_hold(ctx, r, slot) != slot->invert;
}
