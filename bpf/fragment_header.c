/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m frag: frag_mt6() of the kernel. */
#include "find_header6.h"

/* What the rule asks besides the identification (src/extensions/frag/frag.ts). */
enum fragment_test { TEST_RESERVED = 1, TEST_FIRST = 2, TEST_MORE = 4, TEST_LAST = 8 };

struct fragment_header_slot {
	__u64 min, max, invert; /* of the identification */
	__u64 tests;
};

struct fragment_header {
	__u8 next;
	__u8 reserved;
	__u16 word; /* offset, 2 reserved bits, more fragments */
	__u32 id;
};

STAGE __u32 fragment_header(struct __sk_buff *ctx, struct record *r, struct fragment_header_slot *slot)
{
	struct fragment_header header;
	__u32 at, word, tests = slot->tests;
	enum found_header found = find_header6(ctx, r, NEXT_FRAGMENT, &at);

	if (found == HEADER_NONE)
		return ANSWER_NO;
	if (found == HEADER_CUT || !HEADER_BYTES(ctx, r, at, &header, sizeof(header)))
		return ANSWER_HOTDROP;
	word = NTOHS(header.word);
	if (!in_range(NTOHL(header.id), slot->min, slot->max, slot->invert))
		return ANSWER_NO;
	if (tests & TEST_RESERVED && (header.reserved || word & 6))
		return ANSWER_NO;
	if (tests & TEST_FIRST && word >> 3)
		return ANSWER_NO;
	if (tests & TEST_MORE && !(word & 1))
		return ANSWER_NO;
	return !(tests & TEST_LAST && word & 1);
}
