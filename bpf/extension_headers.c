/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Steps over the extension headers of IPv6 as the kernel's ipv6_find_hdr() does when it looks for the transport: at first l4_offset and proto in
 * the record are of the first of them, then of what stands behind. Fills what a fragment header says, and L4_PROTO_CUT where no transport is found.
 * Returns 1 where there is a layer-4 header to be read; else the record has none.
 */
#include "kernel.h"
#include "parse6.h"
#include "rounds.h"

/* More headers than fit in a packet. */
#define MOST_EXTENSIONS 8192

enum step { STEP_ON, STEP_FOUND, STEP_LATER, STEP_CUT };

/* What every extension header starts with; of a fragment header all of it. */
struct extension {
	__u8 next;
	__u8 length;
	__u16 fragment; /* offset in units of 8 bytes, 2 reserved bits, more fragments */
	__u32 id;
};

/* Reads a fragment header at `at`. A later fragment's next header is its transport; an extension header there is none, and ends like a header cut off. */
INLINE enum step fragment_header(struct __sk_buff *ctx, struct record *r, __u32 at, __u32 end)
{
	struct extension header = {};
	__u32 fragment;

	if (at + 4 > end || at + FRAGMENT_HEADER > 0xffff || skb_load_bytes(ctx, at, &header, 4))
		return STEP_CUT;
	if (r->fragment_at)
		r->fragment_flags = FRAGMENT_NESTED;
	else
		r->fragment_at = at + FRAGMENT_HEADER;
	if (at + 8 <= end)
		skb_load_bytes(ctx, at + 4, &header.id, 4);
	fragment = NTOHS(header.fragment);
	r->more_fragments = fragment & 1;
	r->fragment_id = NTOHL(header.id);
	r->ip_id = r->fragment_id;
	r->l4_offset = at + FRAGMENT_HEADER;
	r->proto = header.next;
	r->frag_offset = fragment >> 3;
	if (!r->frag_offset)
		return STEP_ON;
	return is_extension(header.next) ? STEP_CUT : STEP_LATER;
}

/* Steps over the header that l4_offset and proto speak of. */
INLINE enum step step_over(struct __sk_buff *ctx, struct record *r)
{
	__u32 at = r->l4_offset, end = r->l3_offset + r->length;
	__u8 number = r->proto, start[2];
	__u32 next;

	if (!is_extension(number))
		return STEP_FOUND;
	if (number == NEXT_FRAGMENT)
		return fragment_header(ctx, r, at, end);
	if (at + (number == NEXT_ROUTING ? 4 : 2) > end || skb_load_bytes(ctx, at, start, sizeof(start)))
		return STEP_CUT;
	next = at + (number == NEXT_AUTHENTICATION ? (start[1] + 2) * 4 : (start[1] + 1) * 8);
	if (next > 0xffff)
		return STEP_CUT;
	r->proto = start[0];
	r->l4_offset = next;
	return STEP_ON;
}

STAGE int extension_headers(struct __sk_buff *ctx, struct record *r)
{
	volatile __u64 *last = &r->scratch[0];
	struct rounds rounds;

	*last = STEP_CUT;
	rounds_begin(&rounds, MOST_EXTENSIONS);
	while (rounds_next(&rounds)) {
		*last = step_over(ctx, r);
		if (*last != STEP_ON)
			break;
	}
	rounds_end(&rounds);
	if (*last == STEP_FOUND)
		return 1;
	clear_l4(r);
	if (*last == STEP_CUT)
		r->l4_state = L4_PROTO_CUT;
	return 0;
}
