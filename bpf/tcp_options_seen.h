/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What conntrack takes from a segment's options: window scale and SACK permitted of a SYN, the blocks of selective acknowledgements. */
#ifndef BPF_IPTABLES_TCP_OPTIONS_SEEN_H
#define BPF_IPTABLES_TCP_OPTIONS_SEEN_H

#include "kernel.h"
#include "packet.h"
#include "rounds.h"
#include "tcp_track.h"

enum tcp_option { OPTION_WINDOW_SCALE = 3, OPTION_SACK_PERMITTED = 4, OPTION_SACK = 5 };

#define TCP_OPTION_BYTES 40
#define TCP_SCALE_MOST 14 /* RFC 7323 */
/* NOP NOP TIMESTAMP 10, as on the wire: what nearly every segment has and nothing but that. */
#define TIMESTAMP_ALONE HTONL(0x0101080a)
#define TIMESTAMP_ALONE_BYTES 12

/* An array that any index masked by 63 stays within. */
#define OPTION_BUFFER 64

INLINE __u32 option_word(const __u8 options[OPTION_BUFFER], __u32 at)
{
	return (__u32)options[at & 63] << 24 | (__u32)options[(at + 1) & 63] << 16 | (__u32)options[(at + 2) & 63] << 8 | options[(at + 3) & 63];
}

/* Where the walk is: in the last word of the scratch, for the reason that struct segment gives. */
struct options_walk {
	__u32 at;
	__u32 blocks_end; /* behind the blocks of a SACK option; 0 = none met yet */
};

/*
 * Walks the options as the kernel does: up to the end, or to one with a length that cannot be. Of a window scale or SACK permitted the last
 * counts, of SACK the first. A round looks at an option, or at a block of SACK, of which the right edge counts.
 */
INLINE void tcp_options_follow(const __u8 options[OPTION_BUFFER], __u32 length, volatile struct segment *segment, volatile struct options_walk *walk)
{
	struct rounds rounds;

	walk->at = walk->blocks_end = 0;
	rounds_begin(&rounds, TCP_OPTION_BYTES);
	while (rounds_next(&rounds)) {
		__u32 at = walk->at, kind, size;

		if (at >= length)
			break;
		if (at < walk->blocks_end) {
			__u32 edge = option_word(options, at + 4);

			if (after(edge, segment->sack))
				segment->sack = edge;
			walk->at = at + 8;
			continue;
		}
		kind = options[at & 63];
		if (kind == OPTION_NOOP) {
			walk->at = at + 1;
			continue;
		}
		size = options[(at + 1) & 63];
		if (kind == OPTION_END || at + 2 > length || size < 2 || at + size > length)
			break;
		walk->at = at + size;
		if (kind == OPTION_SACK_PERMITTED && size == 2) {
			segment->options |= TCP_END_SACK;
		} else if (kind == OPTION_WINDOW_SCALE && size == 3) {
			__u32 scale = options[(at + 2) & 63];

			segment->options |= TCP_END_SCALES;
			segment->scale = scale > TCP_SCALE_MOST ? TCP_SCALE_MOST : scale;
		} else if (kind == OPTION_SACK && !walk->blocks_end && size >= 10 && (size - 2) % 8 == 0) {
			walk->at = at + 2;
			walk->blocks_end = at + size;
		}
	}
	rounds_end(&rounds);
}

/* Fills segment->options, scale and sack. `header` = bytes of the TCP header, which the packet has. */
INLINE void tcp_options_seen(packet_context *ctx, struct record *r, __u32 header, volatile struct segment *segment)
{
	__u32 length = header - sizeof(struct tcp_header);
	__u8 options[OPTION_BUFFER] = {};

	segment->options = segment->scale = 0;
	segment->sack = segment->ack;
	if (length == 0 || length > TCP_OPTION_BYTES)
		return;
	segment->options = OPTIONS_PRESENT;
	if (load_bytes(ctx, r->l4_offset + sizeof(struct tcp_header), options, length))
		return;
	if (length == TIMESTAMP_ALONE_BYTES && *(__u32 *)options == TIMESTAMP_ALONE)
		return;
	tcp_options_follow(options, length, segment, (void *)&r->scratch[3]);
}

#endif
