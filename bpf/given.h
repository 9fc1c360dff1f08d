/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* For entries under BPF_PROG_TEST_RUN: what a real hook would know of a packet, given instead (struct test_meta). */
#ifndef BPF_IPTABLES_GIVEN_H
#define BPF_IPTABLES_GIVEN_H

#include "kernel.h"

/* Everything but the indexes of the devices; nothing is to be looked up afterwards. */
INLINE void take_given(struct record *r, const struct test_meta *meta)
{
	r->in_name[0] = meta->in_name[0];
	r->in_name[1] = meta->in_name[1];
	r->out_name[0] = meta->out_name[0];
	r->out_name[1] = meta->out_name[1];
	r->mac_src = meta->mac_src;
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
	r->around = meta->around;
	r->preset = 1;
	r->unrouted = 0;
}

/* The same with the indexes of the devices and the conntrack entry. */
INLINE int take_test(struct record *r)
{
	struct test_meta *meta = &value_test_meta;

	take_given(r, meta);
	r->ct_entry = meta->ct_entry;
	r->in_ifindex = meta->in_ifindex;
	r->out_ifindex = meta->out_ifindex;
	return ENTRY_JUDGE;
}

#endif
