/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What an IPv6 address is by its own bits (ipv6_addr_type() of the kernel), and by the mirrored local table. Addresses are those of struct record. */
#ifndef BPF_IPTABLES_ADDRESS6_H
#define BPF_IPTABLES_ADDRESS6_H

#include "kernel.h"
#include "device6.h"

enum group_scope { SCOPE_RESERVED = 0, SCOPE_INTERFACE = 1, SCOPE_LINK = 2 };

INLINE int is_multicast6(const __u32 address[4])
{
	return address[0] >> 24 == 0xff;
}

INLINE __u32 group_scope(const __u32 address[4])
{
	return address[0] >> 16 & 15;
}

INLINE int is_link_local6(const __u32 address[4])
{
	return address[0] >> 22 == 0xfe80 >> 6;
}

INLINE int is_any6(const __u32 address[4])
{
	return !(address[0] | address[1] | address[2] | address[3]);
}

INLINE int is_loopback6(const __u32 address[4])
{
	return !(address[0] | address[1] | address[2]) && address[3] == 1;
}

/* Whether `addresses6` is the truth. */
INLINE int mirror6_fresh(void *net)
{
	__u64 stamp = *(volatile __u64 *)&value_mirror6;

	return stamp >> 32 && (__u32)stamp == route_generation6(net);
}

/* The route of an address in the mirrored local table; of a link's address that of this device. 0 when it is not in it. */
INLINE struct local_route *local_route6(const __u32 address[4], __u32 ifindex)
{
	struct address6_key key = { .prefix = 160, .scope = is_link_local6(address) ? HTONL(ifindex) : 0 };

	for (int i = 0; i < 4; i++)
		key.address[i] = HTONL(address[i]);
	return map_lookup(&map_addresses6, &key);
}

#endif
