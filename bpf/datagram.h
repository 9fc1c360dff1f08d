/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Datagrams that the kernel puts together before every chain, as it does where a rule tracks connections or asks for sockets (nf_defrag_ipv4, nf_defrag_ipv6). */
#ifndef BPF_IPTABLES_DATAGRAM_H
#define BPF_IPTABLES_DATAGRAM_H

#include "fragment.h"
#ifdef OF_IPV6
#include "parse6.h"
#endif

#ifdef OF_IPV6
/*
 * nf_ct_frag6_gather(): a first fragment without all of the headers is put together with no other, and seen as it is (ipv6frag_thdr_truncated()). What follows it
 * is then like what comes before a first.
 */
INLINE int headers_cut_off(const struct record *r)
{
	__u32 header = r->l4_offset - r->l3_offset;

	if (r->proto == PROTO_TCP)
		return (r->l4_state & L4_SHORT20) != 0;
	if (r->proto == PROTO_UDP || r->proto == PROTO_ICMPV6)
		return (r->l4_state & L4_SHORT8) != 0;
	return header >= r->length;
}

/*
 * Fragments whose datagram the kernel would put together, but here nobody knows what is in it: those in fragments, and a first one that ends
 * before an extension header. No host sends such.
 */
INLINE int not_to_be_known(const struct record *r)
{
	return (r->fragment_flags & FRAGMENT_NESTED) || (r->more_fragments && !r->frag_offset && (r->l4_state & L4_PROTO_CUT));
}

/* What never gets to the rules: nobody knows its datagram, or its fragment header is cut off (the gathering fails, and the packet is dropped; a packet without payload is taken for a jumbogram, which has none). */
INLINE int comes_to_nothing(const struct record *r)
{
	__u32 end = r->l3_offset + r->length;

	if (r->fragment_at)
		return not_to_be_known(r) || r->fragment_at > end;
	return (r->l4_state & L4_PROTO_CUT) && r->proto == NEXT_FRAGMENT && r->l4_offset <= end && r->length > IPV6_HEADER;
}
#endif

/* What a packet that is no later fragment is to the rules: whole, or the first fragment of a datagram. */
INLINE int seen_part(struct record *r)
{
#ifdef OF_IPV6
	if (LIKELY(!r->fragment_at))
		return ENTRY_JUDGE;
	if (r->more_fragments)
		return headers_cut_off(r) ? ENTRY_JUDGE : ENTRY_FIRST;
	take_off_header(r);
	return ENTRY_JUDGE;
#else
	return fragment_part(r);
#endif
}

#endif
