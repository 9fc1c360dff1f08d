/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a struct net_device says at packet time of IPv6: its settings, its groups; and any device by its index. */
#ifndef BPF_IPTABLES_DEVICE6_H
#define BPF_IPTABLES_DEVICE6_H

#include "kernel.h"
#include "device.h"

#define DEVICE_IS_LOOPBACK 8 /* IFF_LOOPBACK */
/* Buckets of the kernel's table of devices by index (NETDEV_HASHENTRIES), and devices of one of them that are looked at. */
#define DEVICE_BUCKETS 256
#define DEVICE_CHAIN 16

/* struct inet6_dev of a device, NULL where IPv6 is off (MTU below 1280): IPv6 input drops all there. */
INLINE void *device_ipv6(void *device)
{
	return KREAD(void *, device, KOFF(net_device, ip6_ptr));
}

/* The sysctl net.ipv6.conf.DEVICE.NAME of a struct inet6_dev. */
#define DEVCONF6(ipv6, name) KREAD(__s32, ipv6, KOFF(inet6_dev, cnf) + KOFF(ipv6_devconf, name))

/* The sysctl net.ipv6.conf.all.NAME. */
#define DEVCONF6_ALL(namespace, name) ({ \
	void *all_ = KREAD(void *, namespace, KOFF(net, ipv6) + KOFF(netns_ipv6, devconf_all)); \
	all_ ? KREAD(__s32, all_, KOFF(ipv6_devconf, name)) : 0; })

/* Whether there are routing rules of the administrator's making. */
INLINE int custom_rules6(void *net)
{
	__u64 at = KOFF_IF_ANY(netns_ipv6, fib6_has_custom_rules);

	return at != NO_FIELD && KREAD(__u8, net, KOFF(net, ipv6) + at);
}

/*
 * A number that another one follows with every change of IPv6 routes: fib6_sernum counts what comes (and what addresses that go take with
 * them), fib_rt_entries tells of what goes. A mirror filled under this number and found under this number is the truth.
 */
INLINE __u32 route_generation6(void *net)
{
	void *stats = KREAD(void *, net, KOFF(net, ipv6) + KOFF(netns_ipv6, rt6_stats));
	__u32 changes = KREAD(__u32, net, KOFF(net, ipv6) + KOFF(netns_ipv6, fib6_sernum));

	return changes * 0x9e3779b1u + (stats ? KREAD(__u32, stats, KOFF(rt6_statistics, fib_rt_entries)) : 0);
}

/* struct net_device by its index, 0 where there is none or it is not found in so many steps. */
INLINE void *device_by_index(void *net, __u32 ifindex)
{
	__u64 node = 0;

	if (probe_read_kernel(&node, sizeof(node), net + KOFF(net, dev_index_head)) || !node)
		return 0;
	if (probe_read_kernel(&node, sizeof(node), (void *)(node + (ifindex & (DEVICE_BUCKETS - 1)) * 8)))
		return 0;
	for (int i = 0; i < DEVICE_CHAIN && node; i++) {
		void *device = KERNEL_STRUCT(node - KOFF(net_device, index_hlist), net_device);

		if (KREAD(__u32, device, KOFF(net_device, ifindex)) == ifindex)
			return device;
		if (probe_read_kernel(&node, sizeof(node), (void *)node))
			return 0;
	}
	return 0;
}

#endif
