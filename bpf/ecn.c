/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m ecn: ECE and CWR of TCP (match_tcp() of xt_ecn). The kernel looks at no fragment offset. */
#include "seen.h"

/* 0 not asked, 1 to be set, 2 to be clear. */
struct ecn_slot {
	__u64 ece;
	__u64 cwr;
};

#define TCP_HEADER_LENGTH 20
#define FLAGS_AT 13
enum { TCP_ECE = 64, TCP_CWR = 128 };

INLINE int bit_is(__u64 asked, __u32 bit)
{
	return asked == 0 || (asked == 1) == (bit != 0);
}

STAGE __u32 HERE(ecn)(packet_context *ctx, struct record *r, struct ecn_slot *slot)
{
	__u8 flags = 0;
	__u32 start = taken_for_l4(r);

	if (!reaches(r, start, TCP_HEADER_LENGTH) || seen_bytes(ctx, r, start + FLAGS_AT, &flags, 1))
		return MISS;
	return bit_is(slot->ece, flags & TCP_ECE) && bit_is(slot->cwr, flags & TCP_CWR) ? MATCH : MISS;
}
