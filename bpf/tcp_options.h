/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Which TCP option kinds are present, as tcp_find_option() of xt_tcpudp would find each. */
#ifndef BPF_IPTABLES_TCP_OPTIONS_H
#define BPF_IPTABLES_TCP_OPTIONS_H

#include "kernel.h"
#include "parse.h"

#define TCP_OPTIONS_MAX 40

/* Copies `length` packet bytes at `offset` to `to`; not 0 where the packet is shorter. One per hook. */
typedef long packet_reader(const void *packet, __u32 offset, void *to, __u32 length);

/* Whether there are options to walk: a whole TCP header in a packet that is not a later fragment. Clears the bits. */
INLINE int tcp_options_wanted(struct record *r)
{
	r->tcp_options[0] = r->tcp_options[1] = r->tcp_options[2] = r->tcp_options[3] = 0;
	return r->proto == PROTO_TCP && !r->frag_offset && !(r->l4_state & (L4_SHORT20 | L4_TCP_OPTIONS_CUT));
}

/* Sets the bit of each option kind that starts within the first `length` bytes. Kinds 0 and 1 are one byte; a length of 0 counts as 1. */
INLINE void tcp_options_walk(struct record *r, const __u8 options[TCP_OPTIONS_MAX + 1], __u32 length)
{
	__u32 next = 0;

	/* Constant positions, so that every access is at a constant offset: skip those in which no option starts. */
#pragma unroll
	for (__u32 at = 0; at < TCP_OPTIONS_MAX; at++) {
		if (at == next && at < length) {
			__u32 kind = options[at];
			__u32 size = options[at + 1];

			r->tcp_options[kind >> 6] |= 1ull << (kind & 63);
			next = at + (kind < 2 || size == 0 ? 1 : size);
		}
	}
}

/* The whole stage, with the hook's way to packet bytes. */
INLINE void tcp_options_collect(struct record *r, packet_reader *read, const void *packet)
{
	__u8 options[TCP_OPTIONS_MAX + 8] = {};
	__u8 offset_byte = 0;
	__u32 length;

	if (!tcp_options_wanted(r))
		return;
	if (read(packet, r->l4_offset + 12, &offset_byte, 1))
		return;
	length = (offset_byte >> 4) * 4 - 20;
	if (length == 0 || length > TCP_OPTIONS_MAX)
		return;
	if (read(packet, r->l4_offset + 20, options, length))
		return;
	tcp_options_walk(r, options, length);
}

#endif
