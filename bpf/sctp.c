/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m sctp: ports and chunks, as xt_sctp walks them. */
#include "seen.h"
#include "port_range.h"
#include "rounds.h"

/* A rule's slot. `flags`: type, mask from bit 8 on, value from bit 16, bit 24 = this is an entry. */
struct sctp_slot {
	__u64 sport;
	__u64 dport;
	__u64 chunks; /* enum chunks_how, bit 8 = inverted */
	__u64 types[4]; /* bit per chunk type */
	__u64 flags[4];
};

enum chunks_how { CHUNKS_ANY_KIND = 0, CHUNKS_ALL = 1, CHUNKS_ANY = 2, CHUNKS_ONLY = 3 };

struct chunk {
	__u8 type;
	__u8 flags;
	__u16 length;
};

#define SCTP_HEADER 12
/* A chunk is at least four bytes. */
#define CHUNKS_MOST 16384

INLINE int flags_fit(const struct sctp_slot *slot, __u32 type, __u32 flags)
{
	for (int i = 0; i < 4; i++) {
		__u32 entry = slot->flags[i];

		if (entry >> 24 && (entry & 0xff) == type)
			return (flags & entry >> 8 & 0xff) == (entry >> 16 & 0xff);
	}
	return 1;
}

/* Whether the chunks are as asked, before inversion; HOTDROP where one is cut off or says that it is empty. */
INLINE __u32 chunks_match(packet_context *ctx, struct record *r, struct sctp_slot *slot)
{
	__u32 how = slot->chunks & 0xff, at = l4_start(r) + SCTP_HEADER, answer = HOTDROP;
	__u64 missing[4];
	struct chunk chunk;
	struct rounds rounds;

	for (int i = 0; i < 4; i++)
		missing[i] = slot->types[i];
	rounds_begin(&rounds, CHUNKS_MOST);
	while (rounds_next(&rounds)) {
		__u32 type, fits;

		if (seen_bytes(ctx, r, at, &chunk, sizeof(chunk)) || chunk.length == 0)
			break;
		type = chunk.type;
		fits = slot->types[type >> 6] >> (type & 63) & 1 && flags_fit(slot, type, chunk.flags);
		if (fits && how == CHUNKS_ANY) {
			answer = MATCH;
			break;
		}
		if (!fits && how == CHUNKS_ONLY) {
			answer = MISS;
			break;
		}
		if (fits)
			missing[type >> 6] &= ~(1ull << (type & 63));
		at += (NTOHS(chunk.length) + 3) & ~3u;
		if (at >= packet_end(r)) {
			answer = how == CHUNKS_ONLY || (how == CHUNKS_ALL && (missing[0] | missing[1] | missing[2] | missing[3]) == 0) ? MATCH : MISS;
			break;
		}
	}
	rounds_end(&rounds);
	return answer;
}

STAGE __u32 HERE(sctp)(packet_context *ctx, struct record *r, struct sctp_slot *slot)
{
	__u32 answer;
	__u16 ports[2];

	if (r->frag_offset)
		return MISS;
	if (!reaches(r, l4_start(r), SCTP_HEADER) || seen_bytes(ctx, r, l4_start(r), ports, sizeof(ports)))
		return HOTDROP;
	if (!port_fits(slot->sport, NTOHS(ports[0])) || !port_fits(slot->dport, NTOHS(ports[1])))
		return MISS;
	if (slot->chunks == CHUNKS_ANY_KIND)
		return MATCH;
	answer = chunks_match(ctx, r, slot);
	return answer == HOTDROP ? HOTDROP : answer != (slot->chunks >> 8 & 1);
}
