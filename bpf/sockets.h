/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m socket: what the packet at hand is for, and what xt_socket asks of a socket that is found. */
#ifndef BPF_IPTABLES_SOCKETS_H
#define BPF_IPTABLES_SOCKETS_H

#include "kernel.h"
#include "sender.h"

/* A rule's slot in map `socket_match_slots`. */
struct socket_slot {
	__u64 flags;
};

enum { SOCKET_TRANSPARENT = 1, SOCKET_NOWILDCARD = 2 };

/* Bit of inet_sock.inet_flags: INET_FLAGS_TRANSPARENT since Linux 6.6. */
#define INET_TRANSPARENT 15

#define NETNS_OF_DEVICE (-1) /* BPF_F_CURRENT_NETNS */

static struct bpf_sock *(*skc_lookup_tcp)(void *ctx, struct bpf_sock_tuple *tuple, __u32 size, __u64 netns, __u64 flags) = (void *)BPF_FUNC_skc_lookup_tcp;
static struct bpf_sock *(*sk_lookup_udp)(void *ctx, struct bpf_sock_tuple *tuple, __u32 size, __u64 netns, __u64 flags) = (void *)BPF_FUNC_sk_lookup_udp;
static long (*sk_release)(void *socket) = (void *)BPF_FUNC_sk_release;

/* inet_sk_transparent(): a connection that is over, or not yet there, tells it elsewhere. */
INLINE int is_transparent(void *socket, __u8 state)
{
	if (state == STATE_TIME_WAIT) {
		void *past = KERNEL_SOCKET(socket, inet_timewait_sock);

		return KREAD(__u8, past, KOFF(inet_timewait_sock, tw_transparent)) >> KBIT(inet_timewait_sock, tw_transparent) & 1;
	}
	if (state == STATE_NEW_SYN) {
		void *request = KERNEL_SOCKET(socket, inet_request_sock);

		return KREAD(__u8, request, KOFF(inet_request_sock, no_srccheck)) >> KBIT(inet_request_sock, no_srccheck) & 1;
	}
	return KREAD(__u64, KERNEL_SOCKET(socket, inet_sock), KOFF(inet_sock, inet_flags)) >> INET_TRANSPARENT & 1;
}

/* Whether the address that a full socket is bound to is the one of no host. */
INLINE int is_wildcard(void *socket, __u8 state, int ipv6)
{
	__u64 at = KOFF_IF_ANY(sock_common, skc_v6_rcv_saddr);
	void *common = KERNEL_SOCKET(socket, sock_common);

	if (state == STATE_TIME_WAIT || state == STATE_NEW_SYN)
		return 0;
	if (!ipv6)
		return KREAD(__u32, common, KOFF(sock_common, skc_rcv_saddr)) == 0;
	return at != NO_FIELD && KREAD(__u64, common, at) == 0 && KREAD(__u64, common, at + 8) == 0;
}

/* Whether the socket that `tuple` leads to is what the rule means. */
INLINE int socket_holds(struct __sk_buff *ctx, struct bpf_sock_tuple *tuple, __u32 size, __u8 proto, __u64 flags)
{
	int ipv6 = size == sizeof(tuple->ipv6), holds;
	struct bpf_sock *socket;
	__u8 state;

	if (proto == PROTO_TCP)
		socket = skc_lookup_tcp(ctx, tuple, size, NETNS_OF_DEVICE, 0);
	else
		socket = sk_lookup_udp(ctx, tuple, size, NETNS_OF_DEVICE, 0);
	if (!socket)
		return 0;
	state = KREAD(__u8, KERNEL_SOCKET(socket, sock_common), KOFF(sock_common, skc_state));
	holds = (flags & SOCKET_NOWILDCARD || !is_wildcard(socket, state, ipv6)) && (!(flags & SOCKET_TRANSPARENT) || is_transparent(socket, state));
	sk_release(socket);
	return holds;
}

#endif
