/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What OUTPUT knows of a packet besides its headers, at tc egress. */
#ifndef BPF_IPTABLES_LEAVING_H
#define BPF_IPTABLES_LEAVING_H

#include "kernel.h"
#include "device.h"

INLINE void note_leaving(struct __sk_buff *ctx, struct record *r, void *device)
{
	r->preset = 0;
	r->chain = CHAIN_OUTPUT;
	r->unrouted = 0;
	r->in_ifindex = 0;
	r->in_name[0] = r->in_name[1] = 0;
	r->out_ifindex = ctx->ifindex;
	device_name(device, r->out_name);
	r->mark = ctx->mark;
	r->has_mac = 0;
	r->mac_src = 0;
}

#endif
