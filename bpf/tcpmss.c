/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m tcpmss: the first MSS option of the TCP header (xt_tcpmss). The kernel looks at no fragment offset. */
#include "seen.h"

struct tcpmss_slot {
	__u64 min;
	__u64 max;
	__u64 invert;
};

#define HEADER 20
#define OPTIONS_MAX 40
#define LENGTH_AT 12
enum { MSS_KIND = 2, MSS_LENGTH = 4 };
#define NO_MSS 0x10000

/* Constant positions, so that every access is at a constant offset: skip those in which no option starts. */
INLINE __u32 first_mss(const __u8 options[OPTIONS_MAX + 8], __u32 length)
{
	__u32 next = 0;

#pragma unroll
	for (__u32 at = 0; at < OPTIONS_MAX; at++) {
		if (at == next && at < length) {
			__u32 kind = options[at], size = options[at + 1];

			if (kind == MSS_KIND && length - at >= MSS_LENGTH && size == MSS_LENGTH)
				return options[at + 2] << 8 | options[at + 3];
			next = at + (kind < 2 || size == 0 ? 1 : size);
		}
	}
	return NO_MSS;
}

STAGE __u32 HERE(tcpmss)(packet_context *ctx, struct record *r, struct tcpmss_slot *slot)
{
	__u8 options[OPTIONS_MAX + 8] = {};
	__u32 start = taken_for_l4(r), mss = NO_MSS;
	__u64 length;
	__u8 words = 0;

	if (!reaches(r, start, HEADER) || seen_bytes(ctx, r, start + LENGTH_AT, &words, 1))
		return HOTDROP;
	if (words >> 4 < HEADER / 4)
		return HOTDROP;
	length = FORGET(r, (words >> 4) * 4 - HEADER);
	if (length) {
		if (length > OPTIONS_MAX || seen_bytes(ctx, r, start + HEADER, options, length))
			return HOTDROP;
		mss = first_mss(options, length);
	}
	return (mss >= slot->min && mss <= slot->max) != slot->invert ? MATCH : MISS;
}
