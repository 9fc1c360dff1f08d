/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The step of flows of protocols without a state machine: UDP, UDP-Lite, ICMP queries, GRE, and what the kernel tracks by addresses alone. */
#ifndef BPF_IPTABLES_TRACK_OTHER_H
#define BPF_IPTABLES_TRACK_OTHER_H

#include "kernel.h"
#include "conntrack_settings.h"
#include "flow.h"
#include "tcp_track.h"

/* How long after its first packet a UDP flow with traffic in both directions becomes a stream. */
#define UDP_STREAM_AFTER (2 * SECONDS)

/* sysctls nf_conntrack_udp_timeout, _udp_timeout_stream, _gre_timeout, _gre_timeout_stream, _icmp_timeout, _icmpv6_timeout, _generic_timeout, and their defaults. */
#define UDP_TIMEOUT(settings) PROTOCOL_TIMEOUT(settings, udp, KOFF_IF_ANY(nf_udp_net, timeouts), 30 * SECONDS)
#define UDP_STREAM_TIMEOUT(settings) PROTOCOL_TIMEOUT(settings, udp, KOFF_IF_ANY(nf_udp_net, timeouts) + 4, 120 * SECONDS)
#define GRE_TIMEOUT(settings) PROTOCOL_TIMEOUT(settings, gre, KOFF_IF_ANY(nf_gre_net, timeouts), 30 * SECONDS)
#define GRE_STREAM_TIMEOUT(settings) PROTOCOL_TIMEOUT(settings, gre, KOFF_IF_ANY(nf_gre_net, timeouts) + 4, 180 * SECONDS)
#ifdef OF_IPV6
#define ICMP_TIMEOUT(settings) PROTOCOL_TIMEOUT(settings, icmpv6, KOFF_IF_ANY(nf_icmp_net, timeout), 30 * SECONDS)
#else
#define ICMP_TIMEOUT(settings) PROTOCOL_TIMEOUT(settings, icmp, KOFF_IF_ANY(nf_icmp_net, timeout), 30 * SECONDS)
#endif
#define GENERIC_TIMEOUT(settings) PROTOCOL_TIMEOUT(settings, generic, KOFF_IF_ANY(nf_generic_net, timeout), 600 * SECONDS)

/* What a new flow begins with, TCP aside. */
INLINE void begin_other(packet_context *ctx, struct record *r, struct flow *flow, __u64 now)
{
	if (r->proto == PROTO_UDP) {
		flow->stream_at = now + UDP_STREAM_AFTER;
	} else if (r->proto == PROTO_GRE) {
		void *settings = conntrack_settings(ctx);

		/* The only ones that a flow keeps as they were when it began. */
		flow->gre.timeout = GRE_TIMEOUT(settings);
		flow->gre.stream_timeout = GRE_STREAM_TIMEOUT(settings);
	}
}

/* The step of a flow of any protocol but TCP and SCTP: how long it lives on. An answer seen means one before this packet. */
INLINE int track_other(packet_context *ctx, struct record *r, struct flow *flow, __u64 now)
{
	int answered = (flow->status & FLOW_SEEN_REPLY) != 0;
	void *settings = conntrack_settings(ctx);
	__u64 timeout;

	if (r->proto == PROTO_UDP) {
		/* It is a stream while packets go both ways and it is old enough; until then an answer changes nothing. */
		answered = answered && now > flow->stream_at;
		timeout = answered ? UDP_STREAM_TIMEOUT(settings) : UDP_TIMEOUT(settings);
	} else if (r->proto == PROTO_UDPLITE) {
		timeout = answered ? UDP_STREAM_TIMEOUT(settings) : UDP_TIMEOUT(settings);
	} else if (r->proto == PROTO_GRE) {
		timeout = answered ? flow->gre.stream_timeout : flow->gre.timeout;
	} else {
		timeout = r->proto == FAMILY_ICMP ? ICMP_TIMEOUT(settings) : GENERIC_TIMEOUT(settings);
		answered = 0;
	}
	flow->expires = now + timeout;
	if (answered)
		flow->status |= FLOW_ASSURED;
	return TRACK_FINE;
}

#endif
