/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Whether REJECT looks at the checksum of layer 4 before it answers, of either family. */
#ifndef BPF_IPTABLES_REJECT_CHECKSUM_H
#define BPF_IPTABLES_REJECT_CHECKSUM_H

#include "flow.h"

enum { PROTO_ESP = 50, PROTO_AH = 51 };

/* nf_reject_verify_csum(): protocols that have no such checksum, or not over all. (DCCP was among them before Linux 6.17.) */
INLINE int checksum_counts(struct __sk_buff *ctx, struct record *r)
{
	__u16 checksum = 0;

	switch (r->proto) {
	case PROTO_UDP:
		return skb_load_bytes(ctx, r->l4_offset + 6, &checksum, 2) || (r->l4_state & L4_SHORT8) || checksum != 0;
	case PROTO_GRE:
	case PROTO_ESP:
	case PROTO_AH:
	case PROTO_SCTP:
	case PROTO_UDPLITE:
		return 0;
	}
	return 1;
}

#endif
