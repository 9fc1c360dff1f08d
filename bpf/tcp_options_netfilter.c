/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP options at the netfilter hook. Returns 0. */
#include "kernel.h"
#include "netfilter.h"
#include "tcp_options.h"

INLINE long read(const void *pointer, __u32 offset, void *to, __u32 length)
{
	return dynptr_read(to, length, pointer, offset, 0);
}

STAGE int tcp_options_netfilter(struct nf_context *ctx, struct record *r)
{
	struct bpf_dynptr packet;

	if (bpf_dynptr_from_skb(ctx->skb, 0, &packet) == 0)
		tcp_options_collect(r, read, &packet);
	return 0;
}
