/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What first fragments say for the later ones of their datagram (RFC 791: source, destination, protocol, identification). */
#ifndef BPF_IPTABLES_FRAGMENT_H
#define BPF_IPTABLES_FRAGMENT_H

#include "kernel.h"

/* Remembers the layer-4 fields of the first fragment in the record. */
INLINE void fragment_note(const struct record *r, __u8 accepted)
{
	struct fragment_key key = { r->src[0], r->dst[0], r->ip_id, r->proto, 0 };
	struct fragment fragment = {
		r->sport, r->dport, r->tcp_flags, r->icmp_type, r->icmp_code, r->l4_state, r->ct_state, r->ct_direction, accepted, 0,
	};

	map_update(&map_fragments, &key, &fragment, BPF_ANY);
}

/* What is known of the first fragment of the datagram that the fragment in the record belongs to, or 0. */
INLINE struct fragment *fragment_of(const struct record *r)
{
	struct fragment_key key = { r->src[0], r->dst[0], r->ip_id, r->proto, 0 };

	return map_lookup(&map_fragments, &key);
}

/*
 * Datagrams of this host are cut after the kernel's OUTPUT and before ours: later fragments are judged by the layer-4 fields of their
 * first one, so all of them get the verdict that the datagram got.
 */
INLINE void fragment_complete(struct record *r)
{
	struct fragment *first;

	r->later_fragment = 0;
	if (!r->frag_offset) {
		if (r->more_fragments)
			fragment_note(r, 0);
		return;
	}
	first = fragment_of(r);
	if (!first)
		return;
	r->later_fragment = 1;
	r->frag_offset = 0;
	r->sport = first->sport;
	r->dport = first->dport;
	r->tcp_flags = first->tcp_flags;
	r->icmp_type = first->icmp_type;
	r->icmp_code = first->icmp_code;
	r->l4_state = first->l4_state;
}

#endif
