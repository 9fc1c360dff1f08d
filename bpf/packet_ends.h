/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The ends of the flow that a packet names by its own headers. */
#ifndef BPF_IPTABLES_PACKET_ENDS_H
#define BPF_IPTABLES_PACKET_ENDS_H

#include "flow.h"
#include "kernel.h"
#include "l4_valid.h"
#include "parse.h"

/* Of any packet but an ICMP error. `l4` = its first bytes, where asks_l4_start() wants them. */
INLINE void packet_ends(struct ends *ends, const struct record *r, const struct l4_start *l4)
{
	copy_address(ends->src, r->src);
	copy_address(ends->dst, r->dst);
	ends->proto = r->proto;
	ends->icmp_type = r->icmp_type;
	ends->icmp_code = r->icmp_code;
	ends->ip_id = FAMILY == FAMILY_INET ? r->ip_id : 0;
	ends->sport = r->proto == FAMILY_ICMP ? NTOHS(l4->word[2]) : r->sport;
	ends->dport = r->proto == FAMILY_ICMP ? ends->sport : r->dport;
	/* The kernel has had no tracker for DCCP since 6.17: one flow for each pair of hosts. */
	if (r->proto == PROTO_DCCP)
		ends->sport = ends->dport = 0;
	if (r->proto == PROTO_GRE && !(r->l4_state & L4_SHORT8))
		ends->dport = gre_call(l4->word);
}

#endif
