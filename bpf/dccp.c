/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m dccp: ports, packet type and options, as xt_dccp reads them. */
#include "seen.h"
#include "port_range.h"
#include "rounds.h"

struct dccp_slot {
	__u64 sport;
	__u64 dport;
	__u64 types; /* bit per packet type, bit 16 = asked, bit 17 = inverted */
	__u64 option; /* kind, 0 = not asked; bit 8 = inverted */
};

struct dccp_header {
	__u16 sport;
	__u16 dport;
	__u8 words; /* of the header with its options */
	__u8 counts;
	__u16 checksum;
	__u8 type; /* bit 0: long sequence numbers; then four bits of type */
	__u8 sequence[3];
};

enum { DCCP_REQUEST = 0, DCCP_DATA = 2, DCCP_ACK = 3, DCCP_CLOSE = 6, DCCP_SYNC = 8, DCCP_SYNCACK = 9 };

/* Bytes before the options. */
INLINE __u32 fixed_length(__u32 type, __u32 extended)
{
	__u32 length = sizeof(struct dccp_header) + (extended ? 4 : 0);

	if (type == DCCP_DATA)
		return length;
	if (type == DCCP_REQUEST)
		return length + 4;
	if ((type >= DCCP_ACK && type <= DCCP_CLOSE) || type == DCCP_SYNC || type == DCCP_SYNCACK)
		return length + 8;
	return length + 12;
}

/* Whether an option of this kind is there; HOTDROP where the header is shorter than its fixed part, or cut off. Kinds 0 and 1 are one byte. */
INLINE __u32 has_option(packet_context *ctx, struct record *r, const struct dccp_header *header, __u32 kind)
{
	__u32 start = l4_start(r), at = fixed_length(header->type >> 1 & 15, header->type & 1), end = header->words * 4, answer = MISS;
	struct rounds rounds;
	__u8 option[2];

	if (end < at)
		return HOTDROP;
	if (end == at)
		return MISS;
	if (!reaches(r, start, end))
		return HOTDROP;
	rounds_begin(&rounds, 255 * 4);
	while (rounds_next(&rounds)) {
		if (at >= end)
			break;
		option[1] = 0;
		if (at + 1 < end ? seen_bytes(ctx, r, start + at, option, 2) : seen_bytes(ctx, r, start + at, option, 1))
			break;
		if (option[0] == kind) {
			answer = MATCH;
			break;
		}
		at += option[0] < 2 || option[1] == 0 ? 1 : option[1];
	}
	rounds_end(&rounds);
	return answer;
}

STAGE __u32 HERE(dccp)(packet_context *ctx, struct record *r, struct dccp_slot *slot)
{
	struct dccp_header header;
	__u32 answer;

	if (r->frag_offset)
		return MISS;
	if (seen_bytes(ctx, r, l4_start(r), &header, sizeof(header)))
		return HOTDROP;
	if (!port_fits(slot->sport, NTOHS(header.sport)) || !port_fits(slot->dport, NTOHS(header.dport)))
		return MISS;
	if (slot->types >> 16 & 1 && (slot->types >> (header.type >> 1 & 15) & 1) == (slot->types >> 17 & 1))
		return MISS;
	if ((slot->option & 0xff) == 0)
		return MATCH;
	answer = has_option(ctx, r, &header, slot->option & 0xff);
	return answer == HOTDROP ? HOTDROP : answer != (slot->option >> 8 & 1);
}
