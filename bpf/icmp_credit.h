/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* How many ICMP errors may be sent: credit of the namespace, for both families (icmp_global_allow()), and of each destination (inet_peer_xrlim_allow()). */
#ifndef BPF_IPTABLES_ICMP_CREDIT_H
#define BPF_IPTABLES_ICMP_CREDIT_H

#include "kernel.h"
#include "reject.h"

#define PEER_BURST 6 /* answers that a peer may have saved up */
#define NEW_PEER_SECONDS 60

/* Value of the maps `icmp_peers` and `icmp_peers6`, by address; and of `icmp_all`, one for the namespace. Numbers in jiffies, stamps their low 32 bits. */
struct icmp_peer {
	__u32 tokens;
	__u32 last;
};
struct icmp_all {
	__s32 credit;
	__u32 stamp;
};

extern struct icmp_all value_icmp_all;

/* icmp_global_allow(): whether there is credit, refilled at most 50 times a second. */
INLINE int credit_left(void)
{
	struct icmp_all *all = &value_icmp_all;
	__u32 now = jiffies64(), elapsed = now - all->stamp, stamp = all->stamp;
	__u64 gained;
	__s64 credit;

	if (all->credit > 0)
		return 1;
	if (elapsed > value_machine.hz)
		elapsed = value_machine.hz;
	if (value_machine.hz == 0 || elapsed < value_machine.hz / 50)
		return 0;
	gained = (__u64)value_machine.icmp_per_second * elapsed / value_machine.hz;
	if (gained == 0)
		return 0;
	if (__sync_val_compare_and_swap(&all->stamp, stamp, now) == stamp) {
		credit = all->credit + (__s64)gained;
		if (credit > (__s64)value_machine.icmp_burst)
			credit = value_machine.icmp_burst;
		all->credit = credit;
	}
	return 1;
}

/* icmp_global_consume(): an answer costs up to two, so that nobody counts what others are sent. */
INLINE void consume_credit(void)
{
	__sync_fetch_and_add(&value_icmp_all.credit, -(__s32)(random_number() % 3));
}

/* A token bucket for each destination; `period` jiffies an answer. One never heard of has saved up a minute. */
INLINE int peer_allowed(const void *peers, const void *address, __u32 period)
{
	__u32 now = jiffies64(), tokens;
	struct icmp_peer fresh = { 0, now - NEW_PEER_SECONDS * value_machine.hz }, *peer = map_lookup(peers, address);

	if (!peer) {
		map_update(peers, address, &fresh, BPF_ANY);
		peer = map_lookup(peers, address);
		if (!peer)
			return 1;
	}
	tokens = peer->tokens + (now - peer->last);
	if (tokens > PEER_BURST * period)
		tokens = PEER_BURST * period;
	peer->last = now;
	peer->tokens = tokens >= period ? tokens - period : tokens;
	return tokens >= period;
}

#endif
