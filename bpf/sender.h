/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Who sent a packet of this host. */
#ifndef BPF_IPTABLES_SENDER_H
#define BPF_IPTABLES_SENDER_H

#include "kernel.h"

/* Address family of the socket that sent it, 0 without one. Packet sockets send below IP: iptables never sees those. */
INLINE __u32 sender_family(struct __sk_buff *ctx)
{
	void *socket = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, sk));

	return socket ? KREAD(__u16, socket, KOFF(sock_common, skc_family)) : 0;
}

/* Whether a program's socket sent it, not the kernel itself (whose own sockets hold no reference to their namespace). */
INLINE int sent_by_program(struct __sk_buff *ctx)
{
	void *socket = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, sk));

	return socket && (KREAD(__u8, socket, KOFF(sock_common, skc_net_refcnt)) >> KBIT(sock_common, skc_net_refcnt) & 1);
}

#endif
