/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a match that is a function answers (src/emit/stubs.ts). */
#ifndef BPF_IPTABLES_ANSWER_H
#define BPF_IPTABLES_ANSWER_H

#include "kernel.h"

enum answer { ANSWER_NO = 0, ANSWER_YES = 1, ANSWER_HOTDROP = 2 };

/* Whether a number lies between two, or, inverted, does not. */
INLINE int in_range(__u32 number, __u64 min, __u64 max, __u64 invert)
{
	return (number >= min && number <= max) != invert;
}

#endif
