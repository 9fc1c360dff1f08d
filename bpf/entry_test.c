/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Under BPF_PROG_TEST_RUN of a tc program: headers from the packet, everything a hook would know from the map `test_meta`.
 * The packet is given as its chain sees it (TTL already decremented in FORWARD). Returns enum entry_result.
 */
#include "kernel.h"
#include "parse.h"
#include "skb.h"

STAGE int entry_test(struct __sk_buff *ctx, struct record *r)
{
	struct test_meta *meta = &value_test_meta;

	if (skb_headers(ctx, r, ETH_HEADER, 0) != HEADERS_FINE)
		return ENTRY_PASS;
	r->in_name[0] = meta->in_name[0];
	r->in_name[1] = meta->in_name[1];
	r->out_name[0] = meta->out_name[0];
	r->out_name[1] = meta->out_name[1];
	r->mac_src = meta->mac_src;
	r->in_ifindex = meta->in_ifindex;
	r->out_ifindex = meta->out_ifindex;
	r->mark = meta->mark;
	r->chain = meta->chain;
	r->has_mac = meta->has_mac;
	r->src_type = meta->src_type;
	r->dst_type = meta->dst_type;
	r->src_type_iface = meta->src_type_iface;
	r->dst_type_iface = meta->dst_type_iface;
	r->src_type_out_iface = meta->src_type_out_iface;
	r->dst_type_out_iface = meta->dst_type_out_iface;
	r->ct_state = meta->ct_state;
	r->ct_direction = meta->ct_direction;
	r->preset = 1;
	r->later_fragment = 0;
	r->unrouted = 0;
	return ENTRY_JUDGE;
}
