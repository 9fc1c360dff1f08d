/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether an ICMP error may be sent now: net.ipv4.icmp_ratemask, icmp_ratelimit, icmp_msgs_per_sec, icmp_msgs_burst as
 * icmpv4_global_allow() and icmpv4_xrlim_allow() apply them. The buckets are our own, beside the kernel's.
 */
#include "device.h"
#include "icmp_credit.h"
#include "packet.h"
#include "reject.h"

extern const char map_icmp_peers;

STAGE __u32 HERE(reject_allowed)(packet_context *ctx, struct record *r, struct answer *answer)
{
	void *device = packet_device(ctx);
	void *net = device ? device_net(device) : 0;
	__u32 mask, over_loopback = answer->way != WAY_OUT && answer->way != WAY_OUT_BARE;

	if (!net)
		return 0;
	mask = KREAD(__u32, net, KOFF(net, ipv4) + KOFF(netns_ipv4, sysctl_icmp_ratemask));
	if (answer->way == WAY_BACK_LOOPBACK || !(mask & 1 << ICMP_UNREACHABLE))
		return 1;
	if (!credit_left())
		return 0;
	if (!over_loopback && !peer_allowed(&map_icmp_peers, &answer->destination, KREAD(__u32, net, KOFF(net, ipv4) + KOFF(netns_ipv4, sysctl_icmp_ratelimit))))
		return 0;
	consume_credit();
	return 1;
}
