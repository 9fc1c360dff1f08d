/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Before the first fragment of a datagram is judged: record->fragment begins. Returns ENTRY_JUDGE, or ENTRY_DROP for one that comes again while
 * others are missing: IP puts it aside, too. Another one with this identification begins a datagram of its own and is judged.
 */
#include "fragment.h"

/* How much of the data tells two datagrams apart; of shorter ones the least that a first fragment has. */
#define START_BYTES 64
#define START_LEAST 8

INLINE __u32 start_sum(struct __sk_buff *ctx, struct record *r)
{
	__u32 start[START_BYTES / 4] = {};

	if (skb_load_bytes(ctx, r->l4_offset, start, START_BYTES))
		skb_load_bytes(ctx, r->l4_offset, start, START_LEAST);
	return csum_diff(0, 0, start, START_BYTES, 0);
}

STAGE int fragment_first(struct __sk_buff *ctx, struct record *r)
{
	__u64 now = jiffies64();
	struct fragment *known = fragment_known(r, now);
	struct fragment *own = &r->fragment;
	__u32 data = fragment_data(r);

	own->until = now + FRAGMENT_SECONDS * value_machine.hz;
	own->reach = own->received = data;
	own->total = 0;
	own->start = start_sum(ctx, r);
	own->first = data;
	own->ifindex = r->in_ifindex ? r->in_ifindex : r->out_ifindex;
	own->slots_used = 0;
	/* It is judged, and counted, as the datagram. */
	if (r->family == FAMILY_INET6)
		take_off_header(r);
	if (!known)
		return ENTRY_JUDGE;
	if (known->state == FRAGMENT_EARLY) {
		own->until = known->until;
		own->received += known->received;
		own->total = known->total;
		if (known->reach > own->reach)
			own->reach = known->reach;
		return ENTRY_JUDGE;
	}
	if (known->start != own->start || known->first != own->first || known->ifindex != own->ifindex)
		return ENTRY_JUDGE;
	return known->total && known->received >= known->total ? ENTRY_JUDGE : ENTRY_DROP;
}
