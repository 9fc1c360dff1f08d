/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The sysctls net.netfilter.nf_conntrack_tcp_* of the packet's namespace (struct nf_tcp_net), as they are at this moment. */
#ifndef BPF_IPTABLES_TCP_SETTINGS_H
#define BPF_IPTABLES_TCP_SETTINGS_H

#include "kernel.h"
#include "conntrack_settings.h"
#include "tcp_track.h"

/* Places in nf_tcp_net.timeouts, which begins with those of the states by their numbers. */
enum tcp_timeout_place { TIMEOUT_RETRANS = 12, TIMEOUT_UNACK = 13 };

/* A setting of the namespace, `usual` where the kernel keeps none. */
#define TCP_SETTING(type, settings, field, usual) \
	((settings) ? KREAD(type, settings, KOFF_IF_ANY(nf_tcp_net, field)) : (usual))

#define TCP_LOOSE(settings) TCP_SETTING(__u8, settings, tcp_loose, 1)
#define TCP_BE_LIBERAL(settings) TCP_SETTING(__u8, settings, tcp_be_liberal, 0)
#define TCP_MAX_RETRANS(settings) TCP_SETTING(__u8, settings, tcp_max_retrans, 3)
#define TCP_IGNORE_INVALID_RST(settings) TCP_SETTING(__u8, settings, tcp_ignore_invalid_rst, 0)

/* The namespace's struct nf_tcp_net, 0 where the defaults hold: no conntrack, or never set up (the first timeout is no sysctl's, and never 0 then). */
INLINE void *tcp_settings(packet_context *ctx)
{
	void *settings = conntrack_settings(ctx);

	if (!settings || KOFF_IF_ANY(nf_tcp_net, timeouts) == NO_FIELD)
		return 0;
	settings = (char *)settings + KOFF_IF_ANY(netns_ct, nf_ct_proto) + KOFF_IF_ANY(nf_ip_net, tcp);
	return KREAD(__u32, settings, KOFF_IF_ANY(nf_tcp_net, timeouts)) ? settings : 0;
}

/* One timeout by its place, jiffies. A constant offset for each: such loads take no other. */
#define TCP_TIMEOUT_AT(settings, place, seconds) \
	((settings) ? KREAD(__u32, settings, KOFF_IF_ANY(nf_tcp_net, timeouts) + (place) * 4) : (seconds) * (__u32)SECONDS)

/* How long a flow in this state lives without another segment. */
INLINE __u32 tcp_timeout(void *settings, __u32 state)
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
INLINE __u32 tcp_timeout_retrans(void *settings)
{
	return TCP_TIMEOUT_AT(settings, TIMEOUT_RETRANS, 300);
}

/* While data is not acknowledged, and for a flow picked up in its middle that nobody has answered. */
INLINE __u32 tcp_timeout_unack(void *settings)
{
	return TCP_TIMEOUT_AT(settings, TIMEOUT_UNACK, 300);
}

#endif
