/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packet access at the netfilter hook: a dynptr over the skb, which starts with the IP header. */
#ifndef BPF_IPTABLES_NETFILTER_H
#define BPF_IPTABLES_NETFILTER_H

#include "kernel.h"

/* Layout of the program context (a kernel struct of two pointers, mirrored by every netfilter program). */
struct nf_context {
	void *state; /* struct nf_hook_state */
	void *skb;   /* struct sk_buff */
};

KFUNC int bpf_dynptr_from_skb(void *skb, __u64 flags, struct bpf_dynptr *pointer);
KFUNC void *bpf_dynptr_slice(const struct bpf_dynptr *pointer, __u32 offset, void *buffer, __u32 size);

#endif
