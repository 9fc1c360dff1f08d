/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The sysctls net.netfilter.nf_conntrack_tcp_* of the packet's namespace (struct nf_tcp_net), as they are at this moment. */
#ifndef BPF_IPTABLES_TCP_SETTINGS_H
#define BPF_IPTABLES_TCP_SETTINGS_H

#include "kernel.h"
#include "device.h"
#include "packet.h"
#include "tcp_track.h"

/* Places in nf_tcp_net.timeouts, which begins with those of the states by their numbers. */
enum tcp_timeout_place { TIMEOUT_RETRANS = 12, TIMEOUT_UNACK = 13 };

/*
 * Where the settings are, and a mask that is all ones where they have never been set up (no conntrack in this kernel yet: all reads as 0 then) and the
 * defaults hold. Not a branch for each setting: the verifier would follow both sides of each.
 */
struct tcp_settings {
	void *kernel;
	__u64 usual;
};

/* Kernels without conntrack: decided as the program is loaded. */
#define NO_TCP_SETTINGS (KOFF_IF_ANY(nf_tcp_net, timeouts) == NO_FIELD)

#define TCP_SETTING(type, settings, offset, usual_value) \
	(NO_TCP_SETTINGS ? (usual_value) : KREAD(type, (settings)->kernel, offset) | ((usual_value) & (settings)->usual))

#define TCP_LOOSE(settings) TCP_SETTING(__u8, settings, KOFF_IF_ANY(nf_tcp_net, tcp_loose), 1)
#define TCP_BE_LIBERAL(settings) TCP_SETTING(__u8, settings, KOFF_IF_ANY(nf_tcp_net, tcp_be_liberal), 0)
#define TCP_MAX_RETRANS(settings) TCP_SETTING(__u8, settings, KOFF_IF_ANY(nf_tcp_net, tcp_max_retrans), 3)
#define TCP_IGNORE_INVALID_RST(settings) TCP_SETTING(__u8, settings, KOFF_IF_ANY(nf_tcp_net, tcp_ignore_invalid_rst), 0)

/* One timeout by its place, jiffies. A constant offset for each: such loads take no other. */
#define TCP_TIMEOUT_AT(settings, place, seconds) \
	TCP_SETTING(__u32, settings, KOFF_IF_ANY(nf_tcp_net, timeouts) + (place) * 4, (seconds) * SECONDS)

INLINE void tcp_settings_find(packet_context *ctx, struct tcp_settings *settings)
{
	if (NO_TCP_SETTINGS)
		return;
	settings->kernel = (char *)device_net(packet_device(ctx)) + KOFF_IF_ANY(net, ct) + KOFF_IF_ANY(netns_ct, nf_ct_proto) + KOFF_IF_ANY(nf_ip_net, tcp);
	/* The first timeout is no sysctl's: never 0 once set up. */
	settings->usual = (__s64)((__u64)KREAD(__u32, settings->kernel, KOFF_IF_ANY(nf_tcp_net, timeouts)) - 1) >> 63;
}

/* How long a flow in this state lives without another segment. */
INLINE __u64 tcp_timeout(const struct tcp_settings *settings, __u32 state)
{
	switch (state) {
	case ESTABLISHED:
		return TCP_TIMEOUT_AT(settings, ESTABLISHED, 432000);
	case SYN_SENT:
		return TCP_TIMEOUT_AT(settings, SYN_SENT, 120);
	case SYN_RECV:
		return TCP_TIMEOUT_AT(settings, SYN_RECV, 60);
	case FIN_WAIT:
		return TCP_TIMEOUT_AT(settings, FIN_WAIT, 120);
	case CLOSE_WAIT:
		return TCP_TIMEOUT_AT(settings, CLOSE_WAIT, 60);
	case LAST_ACK:
		return TCP_TIMEOUT_AT(settings, LAST_ACK, 30);
	case TIME_WAIT:
		return TCP_TIMEOUT_AT(settings, TIME_WAIT, 120);
	case CLOSED:
		return TCP_TIMEOUT_AT(settings, CLOSED, 10);
	default:
		return TCP_TIMEOUT_AT(settings, SYN_SENT2, 120);
	}
}

/* After a segment that was repeated too often, or announced no window. */
INLINE __u64 tcp_timeout_retrans(const struct tcp_settings *settings)
{
	return TCP_TIMEOUT_AT(settings, TIMEOUT_RETRANS, 300);
}

/* While data is not acknowledged, and for a flow picked up in its middle that nobody has answered. */
INLINE __u64 tcp_timeout_unack(const struct tcp_settings *settings)
{
	return TCP_TIMEOUT_AT(settings, TIMEOUT_UNACK, 300);
}

#endif
