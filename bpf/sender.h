/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Who sent a packet of this host. */
#ifndef BPF_IPTABLES_SENDER_H
#define BPF_IPTABLES_SENDER_H

#include "kernel.h"
#include "device.h"
#include "reject.h"

#define DESTINATION_UNCOUNTED 1 /* SKB_DST_NOREF */

/*
 * Whether what goes out, or is to, has its own socket and route. What came in may still have a socket of another host, across a veth pair; IP input forgets it.
 * And an answer of REJECT has those of the packet it was.
 */
INLINE int sent_from_here(struct __sk_buff *ctx)
{
	return !ctx->ingress_ifindex && ctx->cb[ANSWER_CB] != ANSWER_COOKIE;
}

/* Socket states (net/tcp_states.h) of which only a part of struct sock exists. */
enum { STATE_TIME_WAIT = 6, STATE_NEW_SYN = 12 };

/* A pointer to a socket as one to the kernel's struct of it. */
#define KERNEL_SOCKET(socket, structure) ({ extern const char ktype__##structure; bpf_rdonly_cast(socket, (__u64)&ktype__##structure); })

/* The socket that sent the packet at hand, of whatever state; 0 without one, and where what is known of the packet is given. */
INLINE void *sender_of(struct __sk_buff *ctx, const struct record *r)
{
	return !r->preset && sent_from_here(ctx) ? KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, sk)) : 0;
}

/* skb_to_full_sk(): in place of a connection request its listener. */
INLINE void *full_sender(struct __sk_buff *ctx, const struct record *r)
{
	void *socket = sender_of(ctx, r);
	__u8 state = socket ? KREAD(__u8, socket, KOFF(sock_common, skc_state)) : 0;

	if (state == STATE_TIME_WAIT)
		return 0;
	return state == STATE_NEW_SYN ? KERNEL_SOCKET(KREAD(void *, socket, KOFF(sock_common, skc_listener)), sock) : socket;
}

/*
 * Whether a socket is of the namespace that the rules are for. The kernel's own sockets (skc_net_refcnt not set) serve one namespace after another: while
 * they send they are the sender's.
 */
INLINE int of_our_namespace(void *socket)
{
	__u64 cookie = value_root.netns_cookie;
	void *net = KREAD(void *, socket, KOFF(sock_common, skc_net));

	if (!(KREAD(__u8, socket, KOFF(sock_common, skc_net_refcnt)) >> KBIT(sock_common, skc_net_refcnt) & 1))
		return 1;
	return !cookie || !net || KREAD(__u64, net, KOFF(net, net_cookie)) == cookie;
}

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
