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

/* The namespace's struct netns_ct; 0 where the kernel has none, or has never set it up (it has its counters then, whatever the settings are). */
INLINE void *conntrack_settings(packet_context *ctx)
{
	__u64 at = KOFF_IF_ANY(net, ct);
	void *device = packet_device(ctx);
	void *net = device ? device_net(device) : 0;

	if (!net || at == NO_FIELD || !KREAD(__u64, net, at + KOFF_IF_ANY(netns_ct, stat)))
		return 0;
	return (char *)net + at;
}

/* Reads `type` at `offset` of the protocol's settings (a member of struct nf_ip_net that every kernel with conntrack has). */
#define PROTOCOL_SETTING(type, settings, protocol, offset) \
	KREAD(type, settings, KOFF_IF_ANY(netns_ct, nf_ct_proto) + KOFF_IF_ANY(nf_ip_net, protocol) + (offset))

/* The timeout at `offset` of the protocol's settings; `usual` where there are none, also of this protocol alone: some are options of the kernel. */
#define PROTOCOL_TIMEOUT(settings, protocol, offset, usual) \
	((settings) && KOFF_IF_ANY(nf_ip_net, protocol) != NO_FIELD ? (__u64)PROTOCOL_SETTING(__u32, settings, protocol, offset) : (__u64)(usual))

/* net.netfilter.nf_conntrack_checksum: whether packets with wrong checksums are INVALID. */
INLINE int heeds_checksums(packet_context *ctx)
{
	void *settings = conntrack_settings(ctx);

	return !settings || KREAD(__u8, settings, KOFF_IF_ANY(netns_ct, sysctl_checksum));
}

#endif
