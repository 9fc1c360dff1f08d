/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A later fragment of a datagram that is one packet to the rules. Returns enum entry_result: ENTRY_PASS and ENTRY_DROP as its first one was
 * judged; ENTRY_JUDGE: nothing is known, and it is judged by itself.
 *
 * One that comes before the first, or after what was known has been forgotten: to this host it is let through, for IP puts nothing together
 * without a first one; forwarded it is dropped, for nobody knows what would become of the first; sent by this host, which sends
 * the first one first, it was made by a program: dropped where connections are tracked, as forwarded ones are, else a packet to the kernel, too.
 */
#include "fragment.h"
#include "parse.h"

#define TCP_HEADER 20

/* How far this fragment reaches beyond all before it. Gives up when others are faster again and again: they are the ones to count then. */
INLINE __u32 advance(struct fragment *known, __u32 end)
{
	__u32 reach = *(volatile __u32 *)&known->reach;

	for (int i = 0; i < 4; i++) {
		__u32 seen;

		if (end <= reach)
			return 0;
		seen = __sync_val_compare_and_swap(&known->reach, reach, end);
		if (seen == reach)
			return end - reach;
		reach = seen;
	}
	return 0;
}

INLINE int before_first(struct record *r, __u64 now)
{
	struct fragment *own = &r->fragment;

	own->until = now + FRAGMENT_SECONDS * value_machine.hz;
	own->reach = fragment_end(r);
	own->received = fragment_data(r);
	own->total = r->more_fragments ? 0 : own->reach;
	own->state = FRAGMENT_EARLY;
	own->slots_used = 0;
	fragment_keep_entry(r);
	return r->chain == CHAIN_INPUT ? ENTRY_PASS : ENTRY_DROP;
}

STAGE int fragment_follow(struct record *r, __u8 *stripe, __u64 mask, __u64 generation, __u32 tracked)
{
	__u64 now = jiffies64();
	struct fragment *known = fragment_known(r, now);
	__u32 more;

	/* It could complete a TCP header of which the rules have seen less. */
	if (tracked && r->proto == PROTO_TCP && r->frag_offset * 8 < TCP_HEADER)
		return ENTRY_DROP;
	if (!known)
		return r->chain == CHAIN_OUTPUT && !tracked ? ENTRY_JUDGE : before_first(r, now);
	/* What overlaps the first one the kernel puts together with nothing: the rules would have seen other headers than the receiver. */
	if (known->state != FRAGMENT_EARLY && (tracked || r->chain == CHAIN_INPUT) && r->frag_offset * 8u < known->first)
		return ENTRY_DROP;
	__sync_fetch_and_add(&known->received, fragment_data(r));
	if (!r->more_fragments)
		known->total = fragment_end(r);
	more = advance(known, fragment_end(r));
	if (known->state == FRAGMENT_EARLY)
		return r->chain == CHAIN_INPUT ? ENTRY_PASS : ENTRY_DROP;
	/* Counters of another ruleset are not ours to move. */
	if (more && known->generation == generation)
		fragment_add_bytes(r, known, stripe, mask, more);
	return known->state == FRAGMENT_ACCEPTED ? ENTRY_PASS : ENTRY_DROP;
}
