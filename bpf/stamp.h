/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The stamp of a packet that XDP has judged, in its metadata (the bytes before the frame that bpf_xdp_adjust_meta() makes room for): tc
 * ingress believes it and does not judge again.
 *
 * Nobody writes metadata but XDP and tc programs, so who could forge a stamp could as well take our programs off. What must not happen is
 * that a stamp outlives the device it was made for: metadata stays with a packet that is forwarded over veth. So it names the namespace,
 * the device and the TTL, which every hop takes one from; and XDP wipes what it does not stamp (xdp_leave.c). tc itself cannot wipe: a
 * program that writes to packets gets a copy of every packet that somebody else looks at, and the copy has no metadata.
 * All packets of a flow have the same stamp, so that GRO still merges them.
 */
#ifndef BPF_IPTABLES_STAMP_H
#define BPF_IPTABLES_STAMP_H

#include "kernel.h"

#define STAMP_MAGIC 0x62695354

struct stamp {
	__u64 netns_cookie;    /* root.netns_cookie */
	__u32 magic;
	__u32 ifindex;         /* of the device it came in by */
	__u8 ttl;              /* on the wire */
	__u8 verdict;          /* VERDICT_ACCEPT or VERDICT_REJECT */
	__u8 reject_type;      /* as in struct record, with ct_state and ct_direction: for the answer */
	__u8 ct_state;
	__u8 ct_direction;
	__u8 pad[3];
};

/* Bytes before the frame that a driver must leave: the kernel's struct xdp_frame (40, with room to grow), then the stamp. */
#define STAMP_HEADROOM (64 + sizeof(struct stamp))

static long (*xdp_adjust_meta)(struct xdp_md *xdp, int difference) = (void *)BPF_FUNC_xdp_adjust_meta;

#endif
