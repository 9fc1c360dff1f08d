/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * REJECT, both families: what becomes of the packet's own bytes and checksum where its answer is written.
 *
 * A packet whose checksum is still to be made (CHECKSUM_PARTIAL): some device will sum from where layer 4 began to the end, and store
 * that where TCP's or UDP's checksum was, and no program can tell it not to. A RST lies just there and wants it. A quoted header gets a
 * checksum that this does not change (the kernel quotes the unfinished checksum: of no more use).
 */
#ifndef BPF_IPTABLES_REJECT_ROOM_H
#define BPF_IPTABLES_REJECT_ROOM_H

#include "checksum.h"
#include "kernel.h"
#include "reject.h"

/* Where bpf_skb_adjust_room() puts or takes bytes: before the IP header, or behind. */
enum { ROOM_NET = 0, ROOM_MAC = 1 };
/* Offsets in UDP's and TCP's headers. */
#define UDP_CHECKSUM 6
#define TCP_CHECKSUM 16
/* No number of bytes that an answer could begin before or behind its packet. */
#define NO_PLACE 10000

/* Where layer 4 was found by who left its checksum to the device, from the packet's data. In 64 bits: pointers are not cut short. */
INLINE __u64 checksum_start(struct __sk_buff *ctx)
{
	void *skb = bpf_cast_to_kern_ctx(ctx);
	__u64 start = KREAD(__u64, skb, KOFF(sk_buff, head)) + KREAD(__u16, skb, KOFF(sk_buff, csum_start));

	return start - KREAD(__u64, skb, KOFF(sk_buff, data));
}

/* With `rest` the sum of all else, the x with ~(rest + x) = x. 32768 is the half of 1 modulo 65535. */
INLINE __u32 settled_checksum(__s64 rest)
{
	return (65535 - fold(rest & 0xffffffff)) * 32768 % 65535;
}

/* bpf_redirect_neigh() sends nothing that bears a group's address, though it writes the addresses anew. */
INLINE long forget_group(struct __sk_buff *ctx, __u32 way, __u32 offset)
{
	__u16 nobody[3] = {};

	if (ctx->pkt_type == PACKET_TO_HOST || way != WAY_OUT || offset < ETH_HEADER)
		return 0;
	return skb_store_bytes(ctx, offset - ETH_HEADER, nobody, sizeof(nobody), 0);
}

#endif
