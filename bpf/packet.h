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

#endif
