/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP options at the tc hooks. Returns 0. */
#include "kernel.h"
#include "tcp_options.h"

INLINE long read(const void *ctx, __u32 offset, void *to, __u32 length)
{
	return skb_load_bytes(ctx, offset, to, length);
}

STAGE int tcp_options(struct __sk_buff *ctx, struct record *r)
{
	tcp_options_collect(r, read, ctx);
	return 0;
}
