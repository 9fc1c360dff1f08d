/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -j LOG at the tc hooks, IPv6: as log.c, with more of the packet. */
#include "log_skb.h"

STAGE __u32 log6(struct __sk_buff *ctx, struct record *r, struct log_slot *slot)
{
	return log_skb(ctx, r, slot, log_begin(r, slot, sizeof(struct log_record6)), LOG_PACKET6_MAX);
}
