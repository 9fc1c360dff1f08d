/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* tc egress: what went through OUTPUT, that is packets of this host's own IP stack. Returns enum entry_result. */
#include "kernel.h"
#include "device.h"
#include "fragment.h"
#include "parse.h"
#include "skb.h"

/* Address family of the socket that sent it, 0 without one. Packet sockets send below IP: iptables never sees those. */
INLINE __u32 sender_family(void *skb)
{
	void *socket = KREAD(void *, skb, KOFF(sk_buff, sk));

	return socket ? KREAD(__u16, socket, KOFF(sock_common, skc_family)) : 0;
}

STAGE int entry_tc_egress(struct __sk_buff *ctx, struct record *r)
{
	void *skb, *device;

	if (ctx->protocol != HTONS(ETHERTYPE_IPV4))
		return ENTRY_PASS;
	/* It came in from a device: forwarded, judged at ingress. With a tag: the VLAN device above has judged it. */
	if (ctx->ingress_ifindex || ctx->vlan_present)
		return ENTRY_PASS;
	skb = bpf_cast_to_kern_ctx(ctx);
	device = KREAD(void *, skb, KOFF(sk_buff, dev));
	if (!device)
		return ENTRY_DROP;
	if (!in_our_namespace(device))
		return ENTRY_PASS;
	if (sender_family(skb) == FAMILY_PACKET)
		return ENTRY_PASS;
	if (skb_headers(ctx, r, skb_l3_offset(skb), 0) != HEADERS_FINE)
		return ENTRY_DROP;
	r->preset = 0;
	fragment_complete(r);
	r->chain = CHAIN_OUTPUT;
	r->in_ifindex = 0;
	r->in_name[0] = r->in_name[1] = 0;
	r->out_ifindex = ctx->ifindex;
	device_name(device, r->out_name);
	r->mark = ctx->mark;
	r->has_mac = 0;
	r->mac_src = 0;
	return ENTRY_JUDGE;
}
