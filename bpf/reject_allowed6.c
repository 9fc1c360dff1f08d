/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether an ICMPv6 error may be sent now: net.ipv6.icmp.ratemask and ratelimit, with net.ipv4.icmp_msgs_per_sec and icmp_msgs_burst that
 * both families share, as icmpv6_global_allow() and icmpv6_xrlim_allow() apply them. The buckets are our own, beside the kernel's.
 */
#include "device.h"
#include "icmp_credit.h"
#include "reject6.h"

/*
 * icmpv6_xrlim_allow() halves the time between two answers for every 32 bits that the route's prefix is shorter than an address. How long
 * that is no helper tells: taken for that of a link, 64.
 */
#define PREFIX_SHIFT 2

extern const char map_icmp_peers6;

STAGE __u32 reject_allowed6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer)
{
	void *device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev)), *net = device ? device_net(device) : 0;
	__u64 settings = KOFF(net, ipv6) + KOFF(netns_ipv6, sysctl);
	__u32 period;

	if (!net)
		return 0;
	if (answer->way != WAY_OUT && answer->way != WAY_OUT_BARE)
		return 1;
	if (!(KREAD(__u64, net, settings + KOFF(netns_sysctl_ipv6, icmpv6_ratemask)) & 1 << ICMPV6_UNREACHABLE))
		return 1;
	if (!credit_left())
		return 0;
	period = KREAD(__u32, net, settings + KOFF(netns_sysctl_ipv6, icmpv6_time)) >> PREFIX_SHIFT;
	if (!peer_allowed(&map_icmp_peers6, answer->destination, period))
		return 0;
	consume_credit();
	return 1;
}
