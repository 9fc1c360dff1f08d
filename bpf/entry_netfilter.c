/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The netfilter hook: the kernel has chosen the chain, and the packet starts with its IP header. Runs under BPF_PROG_TEST_RUN
 * only, until the netfilter issue attaches it. Returns enum entry_result.
 */
#include "kernel.h"
#include "device.h"
#include "netfilter.h"
#include "parse.h"

enum nf_hook { HOOK_LOCAL_IN = 1, HOOK_FORWARD = 2, HOOK_LOCAL_OUT = 3 };

/* Name and index of a device that may be missing. */
INLINE __u32 nf_device(void *device, __u64 name[2])
{
	name[0] = name[1] = 0;
	if (!device)
		return 0;
	device_name(device, name);
	return KREAD(__u32, device, KOFF(net_device, ifindex));
}

/* Where xt_mac looks: an Ethernet header of 14 bytes before the IP header. It lies below the packet's data, so it is read as kernel memory. */
INLINE void ethernet_source(struct record *r, void *skb, void *in)
{
	__u64 head = KREAD(__u64, skb, KOFF(sk_buff, head)), data = KREAD(__u64, skb, KOFF(sk_buff, data));
	__u16 mac = KREAD(__u16, skb, KOFF(sk_buff, mac_header));
	__u8 source[8] = {};

	r->has_mac = 0;
	r->mac_src = 0;
	if (!in || device_type(in) != DEVICE_ETHERNET || mac == 0xffff || head + mac + ETH_HEADER > data)
		return;
	if (probe_read_kernel(source + 2, 6, (void *)(head + mac + 6)))
		return;
	r->has_mac = 1;
	r->mac_src = __builtin_bswap64(*(__u64 *)source);
}

STAGE int entry_netfilter(struct nf_context *ctx, struct record *r)
{
	void *state = ctx->state, *skb = ctx->skb;
	void *in = KREAD(void *, state, KOFF(nf_hook_state, in));
	__u8 hook = KREAD(__u8, state, KOFF(nf_hook_state, hook));
	__u8 copy[20];
	struct bpf_dynptr packet;
	struct ipv4_header *ip;
	__u32 header, length, available;
	__u8 *l4 = 0;

	if (hook < HOOK_LOCAL_IN || hook > HOOK_LOCAL_OUT)
		return ENTRY_PASS;
	r->chain = hook - HOOK_LOCAL_IN;
	r->preset = 0;
	r->in_ifindex = nf_device(in, r->in_name);
	r->out_ifindex = nf_device(KREAD(void *, state, KOFF(nf_hook_state, out)), r->out_name);
	r->mark = KREAD(__u32, skb, KOFF(sk_buff, mark));
	ethernet_source(r, skb, in);
	length = KREAD(__u32, skb, KOFF(sk_buff, len));
	if (bpf_dynptr_from_skb(skb, 0, &packet))
		return ENTRY_DROP;
	ip = bpf_dynptr_slice(&packet, 0, copy, IPV4_HEADER);
	if (!ip)
		return ENTRY_DROP;
	header = ipv4_header_length(ip);
	if (header < IPV4_HEADER || header > length)
		return ENTRY_DROP;
	parse_ipv4(r, ip, length);
	r->l3_offset = 0;
	r->l4_offset = header;
	if (r->frag_offset) {
		clear_l4(r);
		return ENTRY_JUDGE;
	}
	available = length - header;
	if (available >= 20 && (l4 = bpf_dynptr_slice(&packet, header, copy, 20)))
		parse_l4(r, l4, 20, available);
	else if (available >= 8 && (l4 = bpf_dynptr_slice(&packet, header, copy, 8)))
		parse_l4(r, l4, 8, available);
	else if (available >= 4 && (l4 = bpf_dynptr_slice(&packet, header, copy, 4)))
		parse_l4(r, l4, 4, available);
	else
		parse_l4(r, copy, 0, available);
	return ENTRY_JUDGE;
}
