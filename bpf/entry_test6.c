/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* entry_test for IPv6. */
#include "given.h"
#include "kernel.h"
#include "skb6.h"

STAGE int entry_test6(struct __sk_buff *ctx, struct record *r)
{
	struct test_meta *meta = &value_test_meta;

	if (skb_headers6(ctx, r, ETH_HEADER, 0) != HEADERS_FINE)
		return ENTRY_PASS;
	take_given(r, meta);
	r->ct_entry = meta->ct_entry;
	r->in_ifindex = meta->in_ifindex;
	r->out_ifindex = meta->out_ifindex;
	return ENTRY_JUDGE;
}
