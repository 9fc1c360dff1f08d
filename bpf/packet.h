/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Packet access for stages that exist at tc and at XDP from one source: NAME_xdp.c defines AT_XDP and includes NAME.c. Such functions are
 * named by HERE().
 */
#ifndef BPF_IPTABLES_PACKET_H
#define BPF_IPTABLES_PACKET_H

#include "kernel.h"

#ifdef AT_XDP
#define HERE(name) name##_xdp
typedef struct xdp_md packet_context;
#define load_bytes xdp_load_bytes
#else
#define HERE(name) name
typedef struct __sk_buff packet_context;
#define load_bytes skb_load_bytes
#endif

/* The device that the packet came in by (at tc egress: leaves by). */
INLINE void *packet_device(packet_context *ctx)
{
#ifdef AT_XDP
	void *rxq = KREAD(void *, KERNEL_CONTEXT(ctx, xdp_buff), KOFF(xdp_buff, rxq));

	return rxq ? KREAD(void *, rxq, KOFF(xdp_rxq_info, dev)) : 0;
#else
	return KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
#endif
}

#endif
