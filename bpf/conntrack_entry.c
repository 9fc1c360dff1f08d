/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The conntrack entry of the packet at hand, as rules ask for it (struct ct_entry), after the step that the packet made of it. Comes behind
 * conntrack_lookup, which has left the flow's key, and only where a rule asks. Packets without an entry (INVALID, UNTRACKED) get none.
 */
#include "kernel.h"
#include "flow.h"
#include "flow_table.h"
#include "l4_valid.h"
#include "packet.h"
#include "packet_ends.h"

#define CT_WITH_ENTRY (CT_NEW | CT_ESTABLISHED | CT_RELATED)
#define STATUS_BITS (FLOW_EXPECTED | FLOW_SEEN_REPLY | FLOW_ASSURED | FLOW_CONFIRMED)

int OF_FAMILY(track_icmp_error)(packet_context *ctx, struct record *r, __u64 now);

/* Where the state came with the packet (over lo) nobody has looked for its flow yet. Returns 0, or -1 if it names none. */
INLINE int find_key(packet_context *ctx, struct record *r, __u64 now)
{
	struct l4_start l4 = {};
	struct ends ends;
	int second;

	if (r->proto == FAMILY_ICMP && icmp_is_error(r->icmp_type)) {
		OF_FAMILY(track_icmp_error)(ctx, r, now);
		return r->flow_key.family ? 0 : -1;
	}
	if (!(r->l4_state & L4_SHORT8) && asks_l4_start(r->proto) && load_bytes(ctx, r->l4_offset, &l4, sizeof(l4)))
		return -1;
	packet_ends(&ends, r, &l4);
	second = flow_key_of(&r->flow_key, &ends);
	r->ct_second = second & 1;
	return second < 0 ? -1 : 0;
}

/* Type of the answer to an ICMP query. */
INLINE __u32 icmp_answer(__u32 query)
{
	return query == ICMP_ECHO_REQUEST ? ICMP_ECHO_REPLY : query + 1;
}

/* Both directions: the end that began the flow is the one that the packet comes from, or the other one if it goes the way of the replies. */
INLINE void write_tuples(struct record *r)
{
	struct ct_entry *entry = &r->ct_entry;
	const struct flow_key *key = &r->flow_key;
	__u32 origin = (r->ct_second ^ r->ct_direction) & 1;

	__builtin_memcpy(entry->orig_src, key->address[origin], sizeof(entry->orig_src));
	__builtin_memcpy(entry->orig_dst, key->address[origin ^ 1], sizeof(entry->orig_dst));
	__builtin_memcpy(entry->repl_src, key->address[origin ^ 1], sizeof(entry->repl_src));
	__builtin_memcpy(entry->repl_dst, key->address[origin], sizeof(entry->repl_dst));
	entry->proto = key->proto;
	entry->orig_src_port = key->port[origin];
	entry->orig_dst_port = key->port[origin ^ 1];
	entry->repl_src_port = key->port[origin ^ 1];
	entry->repl_dst_port = key->port[origin];
	if (key->proto == FAMILY_ICMP) {
		entry->orig_dst_port = key->icmp_type << 8 | key->icmp_code;
		entry->repl_dst_port = icmp_answer(key->icmp_type) << 8 | key->icmp_code;
	}
}

/*
 * Jiffies that the entry has to live, as nf_ct_expires() computes them, in 32 bits. The kernel, too, takes what stands there for the time
 * when it ends, although of an entry that is not confirmed yet it is the timeout alone.
 */
INLINE __u32 jiffies_left(const struct flow *flow, __u64 now)
{
	__s32 left = (__s32)((__u32)flow->expires - (__u32)now);

	return left > 0 ? left : 0;
}

/* Returns 0. */
STAGE int OF_FAMILY(conntrack_entry)(packet_context *ctx, struct record *r)
{
	__u64 now = flow_clock();
	struct flow *flow;

	if (r->preset || !(r->ct_state & CT_WITH_ENTRY))
		return 0;
	if (!r->flow_key.family && find_key(ctx, r, now))
		return 0;
	READ_ANEW();
	write_tuples(r);
	r->ct_entry.status = r->ct_entry.expires = 0;
	if (r->ct_pending || r->ct_kept) {
		flow = &r->flow;
		r->ct_entry.status = flow->status & STATUS_BITS;
	} else {
		flow = flow_find(&r->flow_key, flow_hash(&r->flow_key), now);
		if (!flow)
			return 0;
		r->ct_entry.status = flow->status & STATUS_BITS;
	}
	r->ct_entry.expires = jiffies_left(flow, now) / value_machine.hz;
	return 0;
}
