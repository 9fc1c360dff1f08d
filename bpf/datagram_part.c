/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XDP, before a packet is dropped early: parts of a datagram are tc's where the kernel puts it together before the rules. Returns 0 for whole ones. */
#include "kernel.h"

STAGE int datagram_part(struct xdp_md *ctx, struct record *r)
{
	return r->frag_offset || r->more_fragments;
}
