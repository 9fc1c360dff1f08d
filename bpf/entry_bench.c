/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Under BPF_PROG_TEST_RUN of a tc program, for measuring only: parses the packet as entry_test does, then puts the next header of the
 * table `bench_table` in the place of what it found, so that one test run meets many flows. One CPU at a time: the cursor has no lock.
 * Returns enum entry_result.
 */
#include "kernel.h"
#include "parse.h"
#include "skb.h"

STAGE int entry_bench(struct __sk_buff *ctx, struct record *r)
{
	struct bench_table *table = &value_bench_table;
	const struct bench_header *header;
	const struct test_meta *meta;
	__u64 index;

	if (skb_headers(ctx, r, ETH_HEADER, 0) != HEADERS_FINE)
		return ENTRY_PASS;
	index = table->cursor++ & table->mask & (BENCH_HEADERS - 1);
	header = &table->headers[index];
	r->src[0] = header->src;
	r->dst[0] = header->dst;
	r->sport = header->sport;
	r->dport = header->dport;
	r->proto = header->proto;
	r->tcp_flags = header->tcp_flags;
	r->icmp_type = header->icmp_type;
	r->icmp_code = header->icmp_code;
	index = header->meta & (BENCH_METAS - 1);
	meta = &value_bench_metas.metas[index];
	r->in_name[0] = meta->in_name[0];
	r->in_name[1] = meta->in_name[1];
	r->out_name[0] = meta->out_name[0];
	r->out_name[1] = meta->out_name[1];
	r->mac_src = meta->mac_src;
	r->in_ifindex = 0;
	r->out_ifindex = 0;
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
