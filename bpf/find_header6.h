/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Matches on one extension header of IPv6: where it is, as ipv6_find_hdr() of the kernel seeks it, and its bytes. */
#ifndef BPF_IPTABLES_FIND_HEADER6_H
#define BPF_IPTABLES_FIND_HEADER6_H

#include "answer.h"
#include "packet_length.h"
#include "parse6.h"
#include "rounds.h"

/* More headers than fit in a packet. */
#define MOST_EXTENSIONS 8192

enum found_header { HEADER_NONE = 0, HEADER_FOUND = 1, HEADER_CUT = 2 };

/* Copies `length` bytes at `at`, counted from the IPv6 header on; 0 where they do not lie within the packet. A macro, so that the length is a constant. */
#define HEADER_BYTES(ctx, r, at, to, size) ((at) + (size) <= packet_end(r) && !skb_load_bytes(ctx, (r)->l3_offset + (at), to, size))

/* The length of an extension header by its length byte (ipv6_authlen(), ipv6_optlen()). */
INLINE __u32 extension_length(__u8 number, __u8 length)
{
	if (number == NEXT_FRAGMENT)
		return 8;
	return number == NEXT_AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
}

/*
 * Seeks the first header of number `target`, an extension header: *place is counted from the IPv6 header on. HEADER_CUT: a header before it, or its own
 * first 2 bytes (4 of routing and fragment headers), does not lie within the packet. Behind the fragment header of a later fragment nothing is sought.
 */
INLINE enum found_header find_header6(struct __sk_buff *ctx, struct record *r, __u8 target, __u32 *place)
{
	enum found_header found = HEADER_CUT;
	__u32 at = IPV6_HEADER;
	struct rounds rounds;
	__u8 number, start[4];

	if (skb_load_bytes(ctx, r->l3_offset + 6, &number, 1))
		return HEADER_CUT;
	rounds_begin(&rounds, MOST_EXTENSIONS);
	while (rounds_next(&rounds)) {
		if (!is_extension(number)) {
			found = HEADER_NONE;
			break;
		}
		if (!HEADER_BYTES(ctx, r, at, start, 2))
			break;
		if ((number == NEXT_ROUTING || number == NEXT_FRAGMENT) && !HEADER_BYTES(ctx, r, at, start, 4))
			break;
		if (number == target && !(number == NEXT_FRAGMENT && (r->fragment_flags & FRAGMENT_TAKEN_OFF))) {
			found = HEADER_FOUND;
			break;
		}
		if (number == NEXT_FRAGMENT && (start[2] || start[3] >> 3)) {
			found = HEADER_NONE;
			break;
		}
		at += extension_length(number, start[1]);
		number = start[0];
	}
	rounds_end(&rounds);
	*place = at;
	return found;
}

/* Whether all of the header at `at` lies within the packet, by its length byte; else most matches on it drop the packet (Linux 6.18.44). */
INLINE int header_fits(const struct record *r, __u32 at, __u8 number, __u8 length)
{
	return at + extension_length(number, length) <= packet_end(r);
}

#endif
