/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Locks of flows and buckets: a word, 1 = held. Programs run to their end once they have begun, with bottom halves off, so one is held for as long as
 * a packet's step takes. Who has waited much longer than that (a virtual CPU was taken away from who holds it) goes on without it, and counts that:
 * he frees nothing, and does not unlock what is another's.
 */
#ifndef BPF_IPTABLES_FLOW_LOCK_H
#define BPF_IPTABLES_FLOW_LOCK_H

#include "kernel.h"

int flow_wait(__u32 *lock);

INLINE int try_lock(__u32 *lock)
{
	return __sync_val_compare_and_swap(lock, 0, 1) == 0;
}

/* Returns whether it was had: only then it is to be unlocked. The verifier follows both answers as one. */
INLINE int lock(struct record *r, __u32 *lock)
{
	int had = try_lock(lock);

	if (UNLIKELY(!had))
		had = flow_wait(lock);
	return FORGET(r, had);
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
