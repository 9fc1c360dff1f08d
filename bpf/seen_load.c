/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packet loads of classic BPF programs (src/emit/classic.ts). */
#include <linux/filter.h>
#include "seen.h"

#define NOT_THERE (~0ull)

/* `size` bytes (1, 2 or 4) at an offset of 32 bits; negative ones count from the network header on, which is where the packet begins to a rule. */
STAGE __u64 HERE(seen_load)(packet_context *ctx, struct record *r, __u32 offset, __u32 size)
{
	__u32 number;

	if (offset >= (__u32)SKF_NET_OFF)
		offset -= (__u32)SKF_NET_OFF;
	return seen_number(ctx, r, offset, size, &number) ? NOT_THERE : number;
}
