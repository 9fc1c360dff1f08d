/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* tc egress: what went through OUTPUT, that is packets of this host's own IP stack. Returns enum entry_result. */
#include "kernel.h"
#include "device.h"
#include "fragment.h"
#include "leaving.h"
#include "parse.h"
#include "reject.h"
#include "sender.h"
#include "skb.h"

#define ROUTE_LOCAL 0x80000000 /* RTCF_LOCAL */

/*
 * Whether it carries a route to this host itself. What leaves by another device than lo never does, but for an answer of REJECT to
 * its own host, which bpf_redirect_neigh() has given that route.
 */
INLINE int routed_home(void *skb)
{
	__u64 route = KREAD(__u64, skb, KOFF(sk_buff, _skb_refdst)) & ~(__u64)DESTINATION_UNCOUNTED;
	__u32 flags = 0;

	if (!route || probe_read_kernel(&flags, sizeof(flags), (void *)(route + KOFF(rtable, rt_flags))))
		return 0;
	return (flags & ROUTE_LOCAL) != 0;
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
	if (UNLIKELY(ctx->cb[ANSWER_CB] == ANSWER_COOKIE) && ctx->ifindex != IFINDEX_LOOPBACK && routed_home(skb)) {
		redirect(IFINDEX_LOOPBACK, 0);
		return ENTRY_TO_LOOPBACK;
	}
	device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	if (!device)
		return ENTRY_DROP;
	if (!in_our_namespace(device))
		return ENTRY_PASS;
	if (sender_family(ctx) == FAMILY_PACKET)
		return ENTRY_PASS;
	if (skb_headers(ctx, r, skb_l3_offset(skb), 0) != HEADERS_FINE)
		return ENTRY_DROP;
	note_leaving(ctx, r, device);
	return fragment_part(r);
}
