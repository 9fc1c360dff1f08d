/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a struct net_device says at packet time: its name, type, IPv4 settings. */
#ifndef BPF_IPTABLES_DEVICE_H
#define BPF_IPTABLES_DEVICE_H

#include "kernel.h"

/* Keeps the bytes before the first NUL of 8 name bytes (a rename may leave old bytes behind the NUL). */
INLINE __u64 name_before_nul(__u64 raw)
{
	__u64 nul = (raw - 0x0101010101010101ull) & ~raw & 0x8080808080808080ull;

	/* The lowest set bit marks the first NUL byte; without one the mask is all ones. */
	return raw & ((nul & -nul) - 1);
}

/* Name of a device as two big-endian numbers, NUL padded. */
INLINE void device_name(void *device, __u64 name[2])
{
	__u64 offset = KOFF(net_device, name);
	__u64 first = name_before_nul(KREAD(__u64, device, offset));
	__u64 second = name_before_nul(KREAD(__u64, device, offset + 8));

	name[0] = __builtin_bswap64(first);
	name[1] = first >> 56 ? __builtin_bswap64(second) : 0;
}

INLINE __u32 device_type(void *device)
{
	return KREAD(__u16, device, KOFF(net_device, type));
}

/* struct in_device of a device, NULL where IPv4 is off (MTU below 68): IPv4 input drops all there. */
INLINE void *device_ipv4(void *device)
{
	return KREAD(void *, device, KOFF(net_device, ip_ptr));
}

INLINE void *device_net(void *device)
{
	return KREAD(void *, device, KOFF(net_device, nd_net));
}

/* Whether the device is (still) in the network namespace that the rules were loaded in. */
INLINE int in_our_namespace(void *device)
{
	__u64 cookie = value_root.netns_cookie;
	void *net = device_net(device);

	return !cookie || !net || KREAD(__u64, net, KOFF(net, net_cookie)) == cookie;
}

/* IPV4_DEVCONF_* numbers (linux/ip.h): not ABI in name, but never renumbered since 2.6.31; sysctls net.ipv4.conf.*.NAME. */
enum devconf {
	DEVCONF_FORWARDING = 1,
	DEVCONF_MC_FORWARDING = 2,
	DEVCONF_SEND_REDIRECTS = 6,
	DEVCONF_RP_FILTER = 8,
	DEVCONF_ACCEPT_SOURCE_ROUTE = 9,
	DEVCONF_ACCEPT_LOCAL = 23,
	DEVCONF_ROUTE_LOCALNET = 26,
};

/* A sysctl that holds if set for `all` or for the device (IN_DEV_ORCONF). */
INLINE int devconf_either(void *net, void *ipv4, enum devconf number)
{
	__u64 at = KOFF(ipv4_devconf, data) + (number - 1) * 4;
	void *all = KREAD(void *, net, KOFF(net, ipv4) + KOFF(netns_ipv4, devconf_all));

	if (KREAD(__u32, ipv4, KOFF(in_device, cnf) + at))
		return 1;
	return all && KREAD(__u32, all, at);
}

/* A sysctl of the device alone. */
INLINE int devconf_own(void *ipv4, enum devconf number)
{
	return KREAD(__u32, ipv4, KOFF(in_device, cnf) + KOFF(ipv4_devconf, data) + (number - 1) * 4) != 0;
}

/* A sysctl that holds if set for `all` and for the device (IN_DEV_ANDCONF). */
INLINE int devconf_both(void *net, void *ipv4, enum devconf number)
{
	__u64 at = KOFF(ipv4_devconf, data) + (number - 1) * 4;
	void *all = KREAD(void *, net, KOFF(net, ipv4) + KOFF(netns_ipv4, devconf_all));

	return KREAD(__u32, ipv4, KOFF(in_device, cnf) + at) && all && KREAD(__u32, all, at);
}

/*
 * The kernel's own count of routing changes (struct netns_ipv4.rt_genid): every change of an address, a route or a rule moves it.
 * A mirror filled under this number and found under this number is the truth.
 */
INLINE __u32 route_generation(void *net)
{
	return KREAD(__u32, net, KOFF(net, ipv4) + KOFF(netns_ipv4, rt_genid));
}

#endif
