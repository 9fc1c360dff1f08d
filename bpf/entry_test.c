/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Under BPF_PROG_TEST_RUN of a tc program: headers from the packet, everything a hook would know from the map `test_meta`.
 * The packet is given as its chain sees it (TTL already decremented in FORWARD). Returns enum entry_result.
 */
#include "given.h"
#include "kernel.h"
#include "parse.h"
#include "skb.h"

STAGE int entry_test(struct __sk_buff *ctx, struct record *r)
{
	if (skb_headers(ctx, r, ETH_HEADER, 0) != HEADERS_FINE)
		return ENTRY_PASS;
	return take_test(r);
}
