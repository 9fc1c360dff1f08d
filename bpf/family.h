/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Stages that exist for both families from one source: NAME6.c defines OF_IPV6 and includes NAME.c. Such functions are named by OF_FAMILY(). IPv6 is
 * judged at tc alone.
 */
#ifndef BPF_IPTABLES_FAMILY_H
#define BPF_IPTABLES_FAMILY_H

#include "checksum.h"
#include "packet.h"

/* FAMILY_ICMP is the ICMP that belongs to the family; the other's in its packets is no ICMP to conntrack. */
#ifdef OF_IPV6
#define OF_FAMILY(name) name##6
#define FAMILY FAMILY_INET6
#define FAMILY_ICMP PROTO_ICMPV6
#define FOREIGN_ICMP PROTO_ICMP
#define ADDRESS_WORDS 4
#define PSEUDO_HEADER(r, proto, length) pseudo_header6((r)->src, (r)->dst, proto, length)
#else
#define OF_FAMILY(name) HERE(name)
#define FAMILY FAMILY_INET
#define FAMILY_ICMP PROTO_ICMP
#define FOREIGN_ICMP PROTO_ICMPV6
#define ADDRESS_WORDS 1
#define PSEUDO_HEADER(r, proto, length) pseudo_header((r)->src[0], (r)->dst[0], proto, length)
#endif

INLINE int same_address(const __u32 *a, const __u32 *b)
{
	__u32 differ = 0;

	for (int i = 0; i < ADDRESS_WORDS; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

INLINE void copy_address(__u32 *to, const __u32 *from)
{
	for (int i = 0; i < ADDRESS_WORDS; i++)
		to[i] = from[i];
}

#endif
