/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the host knows of a packet besides its bytes (struct around), for pkttype, cpu, devgroup and realm. tc alone: XDP leaves such rules to it. */
#include "kernel.h"
#include "sender.h"

/* Group of a device by its index: of the one at hand from itself, of the way out of what came in from the mirror. */
INLINE __u32 group_of(struct __sk_buff *ctx, void *here, __u32 ifindex)
{
	struct device *device;
	__u32 group = 0;

	if (ifindex && ifindex == ctx->ifindex) {
		if (here)
			group = KREAD(__u32, here, KOFF(net_device, group));
		/* Or clang makes one load of both, which the verifier refuses: they are of different kinds of memory. */
		READ_ANEW();
	} else if (ifindex) {
		device = map_lookup(&map_devices, &ifindex);
		if (device)
			group = *(volatile __u32 *)&device->group;
	}
	return group;
}

/*
 * dst_entry.tclassid of the packet's route, 0 on kernels without CONFIG_IP_ROUTE_CLASSID. Only what the host sends has its route here: check() of the realm match
 * refuses rules in other chains. An answer of our REJECT has none yet.
 */
INLINE __u32 realm_of(struct __sk_buff *ctx, const struct record *r)
{
	__u64 route, at = KOFF_IF_ANY(dst_entry, tclassid);
	__u32 realm = 0;

	if (at == NO_FIELD || r->chain != CHAIN_OUTPUT || !sent_from_here(ctx))
		return 0;
	route = KREAD(__u64, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, _skb_refdst)) & ~(__u64)DESTINATION_UNCOUNTED;
	if (!route || probe_read_kernel(&realm, sizeof(realm), (void *)(route + at)))
		return 0;
	return realm;
}

/* Fills r->around. Returns 0. */
STAGE int around(struct __sk_buff *ctx, struct record *r)
{
	void *here;

	if (r->preset)
		return 0;
	here = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	r->around.cpu = smp_processor_id();
	/* What the host sends has a fresh skb in OUTPUT; at egress it is the same one. */
	r->around.pkt_type = r->chain == CHAIN_OUTPUT ? PACKET_TO_HOST : ctx->pkt_type;
	r->around.in_group = group_of(ctx, here, r->in_ifindex);
	r->around.out_group = group_of(ctx, here, r->out_ifindex);
	r->around.realm = realm_of(ctx, r);
	return 0;
}
