/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Turns the packet at hand into the answer of REJECT: its layer 3 becomes answer->packet. Returns 0, or 1 where that cannot be done. */
#include "checksum.h"
#include "reject.h"
#include "reject_room.h"

#define ICMP_CHECKSUM (IPV4_HEADER + 2)
#define QUOTE (IPV4_HEADER + ICMP_HEADER)
/* Bytes that one call sums: older kernels take no more. */
#define SUM_FIRST 512

/* A quoted header gets a checksum that the device's sum does not change. */
INLINE void settle_quoted(struct answer *answer, __u32 header, __u32 place)
{
	__u8 *quoted = answer->packet + QUOTE + header;
	__u16 *field = (void *)(quoted + place), *icmp = (void *)(answer->packet + ICMP_CHECKSUM);
	__u32 before = *field, settled;
	__s64 rest;

	*field = 0;
	rest = csum_diff(0, 0, (void *)quoted, SUM_FIRST, 0);
	rest = csum_diff(0, 0, (void *)(quoted + SUM_FIRST), ANSWER_IPV4_MAX - IPV4_HEADER - SUM_FIRST, rest);
	settled = settled_checksum(rest);
	*field = settled;
	*icmp = ~fold((__u16)~*icmp + (__u16)~before + settled);
}

/* Prepares such a packet's answer. Returns how many bytes further back than the packet it begins, or NO_PLACE. */
INLINE int leave_to_device(struct __sk_buff *ctx, struct record *r, struct answer *answer)
{
	__u32 header = r->l4_offset - r->l3_offset;

	if ((r->proto != PROTO_TCP && r->proto != PROTO_UDP) || checksum_start(ctx) != r->l4_offset || header < IPV4_HEADER || header > 60)
		return NO_PLACE;
	if (r->reject_type == REJECT_RESET) {
		*(__u16 *)(answer->packet + IPV4_HEADER + TCP_CHECKSUM) = pseudo_header(answer->source, answer->destination, PROTO_TCP, TCP_HEADER);
		return header - IPV4_HEADER;
	}
	if (r->proto == PROTO_TCP)
		settle_quoted(answer, header, TCP_CHECKSUM);
	else
		settle_quoted(answer, header, UDP_CHECKSUM);
	return -QUOTE;
}

STAGE __u32 reject_write(struct __sk_buff *ctx, struct record *r, struct answer *answer)
{
	__u32 length = answer->length, offset = r->l3_offset, header = r->l4_offset - offset;
	int shift = 0;

	if (length < IPV4_HEADER + TCP_HEADER || length > ANSWER_MAX || offset > 255)
		return 1;
	if (ctx->vlan_present && skb_vlan_pop(ctx))
		return 1;
	/* Over lo no device sums. */
	if ((answer->way == WAY_OUT || answer->way == WAY_OUT_BARE) && skb_summed(ctx) == SUMMED_PARTIAL)
		shift = leave_to_device(ctx, r, answer);
	/* The kernel cuts no packet shorter than to where layer 4 began: long options have to go first. */
	if (shift == 0 && header > length && skb_adjust_room(ctx, -(__s32)(header - IPV4_HEADER), ROOM_NET, 0))
		return 1;
	if (shift == NO_PLACE || skb_change_tail(ctx, offset + shift + length, 0))
		return 1;
	if (shift > 0 && skb_adjust_room(ctx, -shift, ROOM_NET, 0))
		return 1;
	if (shift < 0 && skb_adjust_room(ctx, -shift, ROOM_MAC, 0))
		return 1;
	if (forget_group(ctx, answer->way, offset))
		return 1;
	return skb_store_bytes(ctx, offset, answer->packet, length, BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH) != 0;
}
