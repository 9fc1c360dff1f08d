/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * After the first fragment of a datagram has been judged: its verdict and its counters are kept for the others, and the bytes of those that came
 * before it are counted. Returns 0.
 */
#include "fragment.h"

STAGE int fragment_keep(struct record *r, __u8 *stripe, __u64 mask, __u64 generation)
{
	struct fragment *own = &r->fragment;
	__u32 early = own->reach - fragment_data(r);

	own->generation = generation;
	own->state = r->verdict == VERDICT_ACCEPT ? FRAGMENT_ACCEPTED : FRAGMENT_DROPPED;
	if (early)
		fragment_add_bytes(r, own, stripe, mask, early);
	fragment_keep_entry(r);
	return 0;
}
