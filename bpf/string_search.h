/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * -m string: whether a pattern lies in the packet (skb_find_text()). All of its beginnings that end at a byte are kept as bits of a word and moved on by
 * one byte at a time (Shift-And of Baeza-Yates and Gonnet): as long for every packet and pattern, and straight-line code.
 * WORDS: of 64 bytes of pattern each, 1 or 2.
 */
#ifndef BPF_IPTABLES_STRING_SEARCH_H
#define BPF_IPTABLES_STRING_SEARCH_H

#include "seen.h"
#include "rounds.h"

struct string_slot {
	__u64 from;
	__u64 to;
	__u64 length;
	__u64 invert;
	__u64 masks[WORDS][256]; /* by byte: where in the pattern it may stand */
};

/* Bytes taken from the packet at a time: a bit for each. */
#define PIECE 64
/* `to` is below 65536. */
#define PIECES_MOST 1024

/* Where the search is. In the record's scratch: the verifier would follow every number of it. */
struct string_walk {
	__u64 base; /* of the piece at hand, behind the start of the IP header */
	__u64 kept[WORDS]; /* beginnings that end at the last byte looked at */
};

_Static_assert(sizeof(struct string_walk) <= 3 * sizeof(__u64), "word 3 of the scratch is FORGET()'s");

/* The bytes of a piece at which a pattern ends, as bits. */
INLINE __u64 ends_in(const struct string_slot *slot, const __u8 bytes[PIECE], volatile struct string_walk *walk)
{
	__u64 ends = 0, low = walk->kept[0], last = (slot->length - 1) & 63;
#if WORDS == 2
	__u64 high = walk->kept[1];
#endif

#pragma unroll
	for (int i = 0; i < PIECE; i++) {
#if WORDS == 2
		high = (high << 1 | low >> 63) & slot->masks[1][bytes[i]];
		low = (low << 1 | 1) & slot->masks[0][bytes[i]];
		ends |= (high >> last & 1) << i;
#else
		low = (low << 1 | 1) & slot->masks[0][bytes[i]];
		ends |= (low >> last & 1) << i;
#endif
		/* One byte after the other: clang would else keep what it knows of each to the end, and run out of stack. */
		asm volatile("" : "+r"(ends), "+r"(low)::"memory");
	}
	walk->kept[0] = low;
#if WORDS == 2
	walk->kept[1] = high;
#endif
	return ends;
}

/* Those of a piece's bytes at which a pattern may end that lies between `from` and `to`, as bits. */
INLINE __u64 may_end(const struct string_slot *slot, __u64 base, __u64 length)
{
	__u64 first = slot->from + slot->length - 1, end = slot->to < length ? slot->to : length, wanted = ~0ull;

	if (first > base)
		wanted = first - base >= PIECE ? 0 : ~0ull << (first - base & 63);
	if (end <= base)
		return 0;
	return end - base < PIECE ? wanted & ((1ull << (end - base & 63)) - 1) : wanted;
}

INLINE __u32 string_match(packet_context *ctx, struct record *r, struct string_slot *slot)
{
	volatile struct string_walk *walk = (void *)r->scratch;
	__u32 found = 0;
	__u8 bytes[PIECE] = {};
	struct rounds rounds;

	walk->base = slot->from & ~(PIECE - 1ull);
	walk->kept[0] = 0;
	walk->kept[WORDS - 1] = 0;
	rounds_begin(&rounds, PIECES_MOST);
	while (rounds_next(&rounds)) {
		__u64 base = walk->base, here;

		if (base >= packet_end(r) || base >= slot->to)
			break;
		here = FORGET(r, packet_end(r) - base);
		if (here > PIECE)
			here = PIECE;
		if (here == 0 || load_bytes(ctx, r->l3_offset + base, bytes, here))
			break;
		if (base == 0 && r->chain == CHAIN_FORWARD)
			with_hops(r, bytes);
		found = FORGET(r, ends_in(slot, bytes, walk) & may_end(slot, base, packet_end(r))) != 0;
		if (found)
			break;
		walk->base = base + PIECE;
	}
	rounds_end(&rounds);
	return found != slot->invert;
}

#endif
