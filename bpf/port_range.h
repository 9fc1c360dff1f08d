/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Ranges of ports in the slots of matches: lowest, highest from bit 16 on, inverted at bit 32. The full range where none is asked for. */
#ifndef BPF_IPTABLES_PORT_RANGE_H
#define BPF_IPTABLES_PORT_RANGE_H

#include "kernel.h"

INLINE int port_fits(__u64 range, __u32 port)
{
	__u32 inverted = range >> 32 & 1;

	return (port >= (range & 0xffff) && port <= (range >> 16 & 0xffff)) != inverted;
}

#endif
