/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The conntrack settings of the packet's namespace (sysctls net.netfilter.nf_conntrack_*), read where the kernel itself keeps them, so that a change
 * holds at once. Timeouts are in jiffies. Kernels without conntrack, or with its module not loaded: the kernel's defaults.
 */
#ifndef BPF_IPTABLES_CONNTRACK_SETTINGS_H
#define BPF_IPTABLES_CONNTRACK_SETTINGS_H

#include "kernel.h"
#include "device.h"
#include "packet.h"

/* The namespace's struct netns_ct; 0 where the kernel has none, or has never set it up (no timeout of a live one is 0 for ESTABLISHED). */
INLINE void *conntrack_settings(packet_context *ctx)
{
	__u64 at = KOFF_IF_ANY(net, ct);
	void *device = packet_device(ctx);
	void *net = device ? device_net(device) : 0;

	return net && at != NO_FIELD ? (char *)net + at : 0;
}

/* Reads `type` at `offset` of the protocol's settings (struct nf_ip_net), `usual` where there are none. */
#define PROTOCOL_SETTING(type, settings, protocol, offset) \
	KREAD(type, settings, KOFF_IF_ANY(netns_ct, nf_ct_proto) + KOFF_IF_ANY(nf_ip_net, protocol) + (offset))

#endif
