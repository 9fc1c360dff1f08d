/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#ifndef BPF_IPTABLES_FLOW_STATS_H
#define BPF_IPTABLES_FLOW_STATS_H

#include "kernel.h"

/* Adds 1 to a member of this CPU's struct flow_stats. */
#define COUNT(member) ({ \
	__u32 zero_ = 0; \
	struct flow_stats *stats_ = map_lookup(&map_flow_stats, &zero_); \
	if (stats_) \
		stats_->member++; })

#endif
