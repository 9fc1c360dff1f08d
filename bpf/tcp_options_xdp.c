/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP options at the XDP hook. Returns 0. */
#include "kernel.h"
#include "tcp_options.h"

INLINE long read(const void *ctx, __u32 offset, void *to, __u32 length)
{
	return xdp_load_bytes((void *)ctx, offset, to, length);
}

STAGE int tcp_options_xdp(struct xdp_md *ctx, struct record *r)
{
	tcp_options_collect(r, read, ctx);
	return 0;
}
