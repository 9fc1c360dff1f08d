/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* tc egress: what went through ip6tables' OUTPUT, that is packets of this host's own IPv6, neighbour discovery among them. Returns enum entry_result. */
#include "kernel.h"
#include "device.h"
#include "fragment.h"
#include "leaving.h"
#include "sender.h"
#include "skb6.h"

STAGE int entry_tc_egress6(struct __sk_buff *ctx, struct record *r)
{
	void *skb, *device;

	if (ctx->protocol != HTONS(ETHERTYPE_IPV6))
		return ENTRY_PASS;
	/* It came in from a device: forwarded, judged at ingress. With a tag: the VLAN device above has judged it. */
	if (ctx->ingress_ifindex || ctx->vlan_present)
		return ENTRY_PASS;
	skb = bpf_cast_to_kern_ctx(ctx);
	device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	if (!device)
		return ENTRY_DROP;
	if (!in_our_namespace(device))
		return ENTRY_PASS;
	if (sender_family(ctx) == FAMILY_PACKET)
		return ENTRY_PASS;
	if (skb_headers6(ctx, r, skb_l3_offset(skb), 0) != HEADERS_FINE)
		return ENTRY_DROP;
	note_leaving(ctx, r, device);
	return fragment_part(r);
}
