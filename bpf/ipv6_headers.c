/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * -m ipv6header: ipv6header_mt6() of the kernel. Unlike ipv6_find_hdr() it walks on behind a later fragment's header, into what is data, and ends where a
 * header's length leads out of the packet.
 */
#include "find_header6.h"

#define PROTO_ESP 50

/* The kernel's MASK_* (src/extensions/ipv6header/headers.ts). */
enum headers {
	HAS_HOP_BY_HOP = 0x80,
	HAS_DESTINATION = 0x40,
	HAS_ROUTING = 0x20,
	HAS_FRAGMENT = 0x10,
	HAS_AUTHENTICATION = 0x08,
	HAS_ESP = 0x04,
	HAS_NONE = 0x02,
	HAS_TRANSPORT = 0x01,
	HEADERS_CUT = 0x100,
};

struct ipv6_headers_slot {
	__u64 flags;
	__u64 invert;
	__u64 soft; /* 1 = has all of them, inverted none; 0 = has these and no others */
};

INLINE __u32 extension_flag(__u8 number)
{
	switch (number) {
	case NEXT_HOP_BY_HOP:
		return HAS_HOP_BY_HOP;
	case NEXT_ROUTING:
		return HAS_ROUTING;
	case NEXT_FRAGMENT:
		return HAS_FRAGMENT;
	case NEXT_AUTHENTICATION:
		return HAS_AUTHENTICATION;
	default:
		return HAS_DESTINATION;
	}
}

/* What headers the packet has; HEADERS_CUT where one has not its first 2 bytes within it. */
INLINE __u32 headers_of(struct __sk_buff *ctx, struct record *r)
{
	__u32 flags = FORGET(r, 0), at = IPV6_HEADER;
	struct rounds rounds;
	__u8 number, start[2];

	if (skb_load_bytes(ctx, r->l3_offset + 6, &number, 1))
		return HEADERS_CUT;
	rounds_begin(&rounds, MOST_EXTENSIONS);
	while (rounds_next(&rounds)) {
		if (at > packet_end(r))
			break;
		if (!is_extension(number) && number != PROTO_ESP)
			break;
		if (!HEADER_BYTES(ctx, r, at, start, 2)) {
			flags = HEADERS_CUT;
			break;
		}
		if (number == PROTO_ESP)
			break;
		if (number != NEXT_FRAGMENT || !(r->fragment_flags & FRAGMENT_TAKEN_OFF))
			flags = FORGET(r, flags | extension_flag(number));
		at += extension_length(number, start[1]);
		number = start[0];
	}
	rounds_end(&rounds);
	if (flags & HEADERS_CUT)
		return HEADERS_CUT;
	if (number != NEXT_NONE && number != PROTO_ESP)
		return flags | HAS_TRANSPORT;
	/* Neither is told of behind the end of the packet. */
	if (at > packet_end(r))
		return flags;
	return flags | (number == NEXT_NONE ? HAS_NONE : HAS_ESP);
}

STAGE __u32 ipv6_headers(struct __sk_buff *ctx, struct record *r, struct ipv6_headers_slot *slot)
{
	__u32 found = headers_of(ctx, r), flags = slot->flags;

	if (found == HEADERS_CUT)
		return ANSWER_NO;
	if (!slot->soft)
		return (found == flags) != slot->invert;
	return (found & flags) == (slot->invert ? 0 : flags);
}
