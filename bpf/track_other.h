/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The step of flows of protocols without a state machine: UDP, UDP-Lite, ICMP queries, GRE, and what the kernel tracks by addresses alone. */
#ifndef BPF_IPTABLES_TRACK_OTHER_H
#define BPF_IPTABLES_TRACK_OTHER_H

#include "kernel.h"
#include "flow.h"
#include "tcp_track.h"

/* sysctls nf_conntrack_*_timeout* at their defaults. */
#define UDP_TIMEOUT (30 * SECONDS)
#define UDP_STREAM_TIMEOUT (120 * SECONDS)
#define UDP_STREAM_AFTER (2 * SECONDS)
#define ICMP_TIMEOUT (30 * SECONDS)
#define GRE_TIMEOUT (30 * SECONDS)
#define GRE_STREAM_TIMEOUT (180 * SECONDS)
#define GENERIC_TIMEOUT (600 * SECONDS)

/* The step of a flow of any protocol but TCP: how long it lives on. */
INLINE int track_other(struct record *r, struct flow *flow, __u64 now)
{
	__u64 short_time = r->proto == PROTO_GRE ? GRE_TIMEOUT : UDP_TIMEOUT;
	__u64 long_time = r->proto == PROTO_GRE ? GRE_STREAM_TIMEOUT : UDP_STREAM_TIMEOUT;

	if (r->proto == PROTO_ICMP) {
		flow->expires = now + ICMP_TIMEOUT;
	} else if (r->proto == PROTO_UDP || r->proto == PROTO_UDPLITE || r->proto == PROTO_GRE) {
		int stream = (flow->status & FLOW_SEEN_REPLY) && now > flow->stream_at;

		flow->expires = now + (stream ? long_time : short_time);
		if (stream)
			flow->status |= FLOW_ASSURED;
	} else {
		flow->expires = now + GENERIC_TIMEOUT;
	}
	return TRACK_FINE;
}

#endif
