/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * -m physdev: what br_netfilter has noted of a packet that came over a bridge, at the bridge's tc ingress. Nothing that is judged here has a bridge
 * port to go out by: frames that a bridge passes on come by no covered device.
 */
#include "kernel.h"
#include "skb_extension.h"

/* A rule's slot in map `physdev_slots`. */
struct physdev_slot {
	__u32 asked, invert; /* XT_PHYSDEV_OP_* */
	__u64 name[2];
	__u64 mask[2];
};

enum { PHYSDEV_IN = 1, PHYSDEV_OUT = 2, PHYSDEV_IS_BRIDGED = 4, PHYSDEV_IS_IN = 8, PHYSDEV_IS_OUT = 16 };

/* The port that it came in by; 0 where nothing is noted. */
INLINE struct device *bridge_port(struct __sk_buff *ctx, struct record *r)
{
	__u64 at = KOFF_IF_ANY(nf_bridge_info, physinif), info;
	__u32 ifindex = 0;

	if (at == NO_FIELD || r->preset || r->chain == CHAIN_OUTPUT)
		return 0;
	info = skb_extension(ctx, EXTENSION_BRIDGE_NF);
	if (!info || probe_read_kernel(&ifindex, sizeof(ifindex), (void *)(info + at)))
		return 0;
	return map_lookup(&map_devices, &ifindex);
}

STAGE __u32 physdev(struct __sk_buff *ctx, struct record *r, struct physdev_slot *slot)
{
	struct device *port = bridge_port(ctx, r);
	int same;

	if (!port)
		return (slot->asked & ~slot->invert) == 0;
	if (slot->asked & ~slot->invert & (PHYSDEV_IS_BRIDGED | PHYSDEV_IS_OUT))
		return 0;
	if (slot->asked & slot->invert & PHYSDEV_IS_IN)
		return 0;
	if (slot->asked & PHYSDEV_IN) {
		same = (port->name[0] & slot->mask[0]) == slot->name[0] && (port->name[1] & slot->mask[1]) == slot->name[1];
		if (same == !!(slot->invert & PHYSDEV_IN))
			return 0;
	}
	return !(slot->asked & PHYSDEV_OUT);
}
