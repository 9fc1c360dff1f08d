/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -j LOG at the tc hooks: copies what the kernel's line would tell into a ring buffer. When that is full the packet goes on unlogged. */
#include "log_skb.h"

/* The stub `log`; C has a library function of this name. */
__u32 log_packet(struct __sk_buff *ctx, struct record *r, struct log_slot *slot) __asm__("log");

STAGE __u32 log_packet(struct __sk_buff *ctx, struct record *r, struct log_slot *slot)
{
	return log_skb(ctx, r, slot, log_begin(r, slot, sizeof(struct log_record)), LOG_PACKET_MAX);
}
