/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Where the packet at hand ends. */
#ifndef BPF_IPTABLES_PACKET_LENGTH_H
#define BPF_IPTABLES_PACKET_LENGTH_H

#include "layout.h"

/* Bytes of the packet as it lies here, from the IP header on; record->length is what the rules count. */
INLINE __u32 packet_end(const struct record *r)
{
	return r->length + (r->family == FAMILY_INET6 && (r->fragment_flags & FRAGMENT_TAKEN_OFF) ? FRAGMENT_HEADER : 0);
}

#endif
