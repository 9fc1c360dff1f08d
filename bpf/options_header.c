/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m hbh and -m dst: hbh_mt6() of the kernel. */
#include "find_header6.h"

#define MOST_OPTIONS 16
#define PAD1 0
#define ANY_LENGTH 255

struct options_header_slot {
	__u64 number;     /* next-header value: hop-by-hop or destination options */
	__u64 has_length;
	__u64 length, invert_length; /* of the header, bytes */
	__u64 count;      /* of options */
	__u64 options[MOST_OPTIONS / 4]; /* type and length, 16 bits each, the first one lowest */
};

/* Whether the header, whose options lie between `at` and `end`, begins with those of the rule. One may reach beyond its end only if it is the last asked for. */
INLINE int begins_with(struct __sk_buff *ctx, struct record *r, const struct options_header_slot *slot, __u32 at, __u32 end)
{
	__u32 count = slot->count, i = FORGET(r, 0);
	struct rounds rounds;
	int answer = 0;

	rounds_begin(&rounds, MOST_OPTIONS + 1);
	while (rounds_next(&rounds)) {
		__u32 wanted;
		__u8 found[2];

		if (i >= count) {
			answer = 1;
			break;
		}
		wanted = slot->options[i / 4 & 3] >> (i & 3) * 16 & 0xffff;
		if (at >= end || !HEADER_BYTES(ctx, r, at, found, 1) || found[0] != wanted >> 8)
			break;
		if (found[0] == PAD1) {
			at++;
		} else {
			if (at + 2 > end || !HEADER_BYTES(ctx, r, at, found, 2))
				break;
			if ((wanted & 0xff) != ANY_LENGTH && (wanted & 0xff) != found[1])
				break;
			at += found[1] + 2;
		}
		i = FORGET(r, i + 1);
		if (at > end && i < count)
			break;
	}
	rounds_end(&rounds);
	return answer;
}

STAGE __u32 options_header(struct __sk_buff *ctx, struct record *r, struct options_header_slot *slot)
{
	__u32 at, length;
	__u8 start[2];
	enum found_header found = find_header6(ctx, r, slot->number, &at);

	if (found == HEADER_NONE)
		return ANSWER_NO;
	if (found == HEADER_CUT || !HEADER_BYTES(ctx, r, at, start, sizeof(start)) || !header_fits(r, at, slot->number, start[1]))
		return ANSWER_HOTDROP;
	length = extension_length(slot->number, start[1]);
	if (slot->has_length && (length == slot->length) == slot->invert_length)
		return ANSWER_NO;
	return begins_with(ctx, r, slot, at + 2, at + length);
}
