/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Locks of flows and buckets: a word, 1 = held. Programs run to their end once they have begun, with bottom halves off, so one is held for as long as
 * a packet's step takes. Who has waited much longer than that goes on without it, and counts that.
 */
#ifndef BPF_IPTABLES_FLOW_LOCK_H
#define BPF_IPTABLES_FLOW_LOCK_H

#include "kernel.h"

int flow_wait(__u32 *lock);

INLINE int try_lock(__u32 *lock)
{
	return __sync_val_compare_and_swap(lock, 0, 1) == 0;
}

INLINE void lock(__u32 *lock)
{
	if (UNLIKELY(!try_lock(lock)))
		flow_wait(lock);
}

/* Where stores become visible in their order (x86) a store does it; elsewhere an exchange, which is a barrier. */
INLINE void unlock(__u32 *lock)
{
#ifdef __TARGET_ARCH_x86
	READ_ANEW();
	*(volatile __u32 *)lock = 0;
#else
	(void)__sync_lock_test_and_set(lock, 0);
#endif
}

#endif
