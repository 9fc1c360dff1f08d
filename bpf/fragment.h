/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Datagrams in fragments that are one packet to the kernel's rules: it puts them together before INPUT, before FORWARD where connections
 * are tracked, and cuts its own after OUTPUT. Here the first fragment is judged for the datagram and counted with its own length; the counters
 * it moved are noted, and each fragment that reaches further than all before it adds the difference, in bytes. Whatever the order, and
 * however often a fragment comes, the sum is the length of the whole datagram once all of it is here.
 */
#ifndef BPF_IPTABLES_FRAGMENT_H
#define BPF_IPTABLES_FRAGMENT_H

#include "kernel.h"
#include "packet_length.h"
#include "rounds.h"

/* The kernel's net.ipv4.ipfrag_time as it is by default, counted like there from the first that came. */
#define FRAGMENT_SECONDS 30

/* What a fragment of such a datagram is (enum entry_result). */
INLINE int fragment_part(const struct record *r)
{
	if (LIKELY(!(r->frag_offset | r->more_fragments)))
		return ENTRY_JUDGE;
	return r->frag_offset ? ENTRY_LATER : ENTRY_FIRST;
}

/* To the rules the packet is without its fragment header from here on, IPv6. */
INLINE void take_off_header(struct record *r)
{
	r->length -= FRAGMENT_HEADER;
	r->fragment_flags |= FRAGMENT_TAKEN_OFF;
}

/* RFC 791: source, destination, protocol, identification. RFC 8200: all of them but the protocol. */
INLINE struct fragment_key fragment_key_of(const struct record *r)
{
	struct fragment_key key = { .src = { r->src[0] }, .dst = { r->dst[0] }, .sent = r->chain == CHAIN_OUTPUT, .family = r->family };

	if (r->family == FAMILY_INET6) {
		for (int i = 1; i < 4; i++) {
			key.src[i] = r->src[i];
			key.dst[i] = r->dst[i];
		}
		key.id = r->fragment_id;
	} else {
		key.id = r->ip_id;
		key.proto = r->proto;
	}
	return key;
}

/* What is known of the datagram in the record, 0 where nothing is. */
INLINE struct fragment *fragment_known(const struct record *r, __u64 now)
{
	struct fragment_key key = fragment_key_of(r);
	struct fragment *known = map_lookup(&map_fragments, &key);

	return known && known->until > now ? known : 0;
}

INLINE void fragment_keep_entry(const struct record *r)
{
	struct fragment_key key = fragment_key_of(r);

	map_update(&map_fragments, &key, &r->fragment, BPF_ANY);
}

/* A first fragment that was accepted comes to nothing after all. */
INLINE void fragment_dropped(const struct record *r)
{
	struct fragment_key key = fragment_key_of(r);
	struct fragment *known = map_lookup(&map_fragments, &key);

	if (known)
		known->state = FRAGMENT_DROPPED;
}

/* Bytes of data in the fragment at hand. */
INLINE __u32 fragment_data(const struct record *r)
{
	__u32 start = r->family == FAMILY_INET6 ? r->fragment_at : r->l4_offset;

	return (__u16)(packet_end(r) - (start - r->l3_offset));
}

/* Its end in the datagram. */
INLINE __u32 fragment_end(const struct record *r)
{
	return r->frag_offset * 8u + fragment_data(r);
}

/* Adds bytes to the counters noted: `mask` keeps the offset of a counter within the CPU's stripe. */
INLINE void fragment_add_bytes(struct record *r, const struct fragment *fragment, __u8 *stripe, __u64 mask, __u64 bytes)
{
	volatile __u64 *next = &r->scratch[0];
	struct rounds rounds;

	*next = 0;
	rounds_begin(&rounds, FRAGMENT_SLOTS);
	while (rounds_next(&rounds)) {
		__u64 index = *next, offset;

		if (index >= fragment->slots_used)
			break;
		offset = fragment->slots[index & (FRAGMENT_SLOTS - 1)];
		*(__u64 *)(stripe + (offset & mask) + 8) += bytes;
		*next = index + 1;
	}
	rounds_end(&rounds);
}

#endif
