/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Under BPF_PROG_TEST_RUN of a tc program, for measuring only: parses the packet as entry_test does, then puts the next header of the
 * table `bench_table` in the place of what it found, so that one test run meets many flows. One CPU at a time: the cursor has no lock.
 * Returns enum entry_result.
 */
#include "given.h"
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
	take_given(r, meta);
	r->in_ifindex = 0;
	r->out_ifindex = 0;
	return ENTRY_JUDGE;
}
