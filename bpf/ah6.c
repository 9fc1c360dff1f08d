/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m ah of ip6tables: ah_mt6() of the kernel. */
#include "find_header6.h"

struct ah6_slot {
	__u64 min, max, invert; /* of the security parameters index */
	__u64 length;           /* of the header, bytes; 0 = any, also inverted */
	__u64 invert_length;
	__u64 reserved;         /* 1 = the reserved field must be 0 */
};

/* RFC 4302, without the integrity check value. */
struct authentication {
	__u8 next;
	__u8 length;
	__u16 reserved;
	__u32 spi;
	__u32 sequence;
};

STAGE __u32 ah6(struct __sk_buff *ctx, struct record *r, struct ah6_slot *slot)
{
	struct authentication header;
	__u32 at;
	enum found_header found = find_header6(ctx, r, NEXT_AUTHENTICATION, &at);

	if (found == HEADER_NONE)
		return ANSWER_NO;
	if (found == HEADER_CUT || !HEADER_BYTES(ctx, r, at, &header, sizeof(header)) || !header_fits(r, at, NEXT_AUTHENTICATION, header.length))
		return ANSWER_HOTDROP;
	if (!in_range(NTOHL(header.spi), slot->min, slot->max, slot->invert))
		return ANSWER_NO;
	if (slot->length && (extension_length(NEXT_AUTHENTICATION, header.length) == slot->length) == slot->invert_length)
		return ANSWER_NO;
	return !slot->reserved || !header.reserved;
}
