/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XDP that drops early or leaves to tc. Returns enum entry_result. */
#include "xdp_entry.h"

STAGE int entry_xdp_early(struct xdp_md *ctx, struct record *r)
{
	return xdp_entry(ctx, r);
}
