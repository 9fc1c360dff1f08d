/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Loops that the verifier follows once instead of round by round: the kernel's open-coded number iterator (Linux 6.4). It forgets the
 * numbers that change from round to round, so what indexes memory must be bounded anew in each.
 *
 *   struct rounds rounds;
 *   rounds_begin(&rounds, most);
 *   while (rounds_next(&rounds)) { ... break; ... }
 *   rounds_end(&rounds);      on every way out, once
 */
#ifndef BPF_IPTABLES_ROUNDS_H
#define BPF_IPTABLES_ROUNDS_H

#include "kernel.h"

/* struct bpf_iter_num of linux/bpf.h, which older headers lack. */
struct rounds {
	__u64 opaque;
} __attribute__((aligned(8)));

KFUNC int bpf_iter_num_new(struct rounds *rounds, int start, int end);
KFUNC int *bpf_iter_num_next(struct rounds *rounds);
KFUNC void bpf_iter_num_destroy(struct rounds *rounds);

INLINE void rounds_begin(struct rounds *rounds, __u32 most)
{
	bpf_iter_num_new(rounds, 0, most);
}

/* Whether there is another round. */
INLINE int rounds_next(struct rounds *rounds)
{
	return bpf_iter_num_next(rounds) != 0;
}

INLINE void rounds_end(struct rounds *rounds)
{
	bpf_iter_num_destroy(rounds);
}

#endif
