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

/* Whether the header, `left` bytes of options at `at`, begins with those of the rule. One may reach beyond its end only if it is the last asked for. */
INLINE int begins_with(struct __sk_buff *ctx, struct record *r, const struct options_header_slot *slot, __u32 at, __s32 left)
{
	__u32 count = slot->count;

	for (__u32 i = 0; i < MOST_OPTIONS; i++) {
		__u32 wanted, size = 1;
		__u8 found[2];

		if (i >= count)
			return 1;
		wanted = slot->options[i / 4] >> i % 4 * 16 & 0xffff;
		if (left < 1 || !HEADER_BYTES(ctx, r, at, found, 1) || found[0] != wanted >> 8)
			return 0;
		if (found[0] != PAD1) {
			if (left < 2 || !HEADER_BYTES(ctx, r, at, found, 2))
				return 0;
			if ((wanted & 0xff) != ANY_LENGTH && (wanted & 0xff) != found[1])
				return 0;
			size = found[1] + 2;
		}
		at += size;
		left -= size;
		if (left < 0 && i + 1 < count)
			return 0;
	}
	return 1;
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
	return begins_with(ctx, r, slot, at + 2, length - 2);
}
