/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A number in the layer-4 header, of a packet that is no later fragment: esp_mt(), ah_mt(), comp_mt() and mh_mt6() of the kernel. */
#include "answer.h"
#include "packet.h"
#include "packet_length.h"

struct header_number_slot {
	__u64 needed; /* bytes of the header that must be there */
	__u64 at;     /* of a 32-bit word in it */
	__u64 fixed_mask, fixed; /* what bits of the word must be */
	__u64 shift, mask; /* the number in the word */
	__u64 min, max, invert;
};

STAGE __u32 HERE(header_number)(packet_context *ctx, struct record *r, struct header_number_slot *slot)
{
	__u32 word = 0;

	if (r->l4_offset + slot->needed > r->l3_offset + packet_end(r))
		return ANSWER_HOTDROP;
	if (load_bytes(ctx, r->l4_offset + (__u32)slot->at, &word, sizeof(word)))
		return ANSWER_HOTDROP;
	word = NTOHL(word);
	if ((word & slot->fixed_mask) != slot->fixed)
		return ANSWER_HOTDROP;
	return in_range(word >> (slot->shift & 31) & slot->mask, slot->min, slot->max, slot->invert);
}
