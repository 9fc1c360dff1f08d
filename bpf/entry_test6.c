/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* entry_test for IPv6. */
#include "given.h"
#include "kernel.h"
#include "skb6.h"

STAGE int entry_test6(struct __sk_buff *ctx, struct record *r)
{
	if (skb_headers6(ctx, r, ETH_HEADER, 0) != HEADERS_FINE)
		return ENTRY_PASS;
	return take_test(r);
}
