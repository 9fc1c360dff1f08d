/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -j LOG at XDP, where every packet came in with an Ethernet header and no socket, or is an answer of REJECT, which has neither. As log.c else. */
#include "log_record.h"

STAGE __u32 log_xdp(struct xdp_md *ctx, struct record *r, struct log_slot *slot)
{
	struct log_record *log = log_begin(r, slot, sizeof(*log));
	__u32 length = log_wanted(r, LOG_PACKET_MAX);

	if (!log)
		return 0;
	if (log->has_input) {
		log->device_type = DEVICE_ETHERNET;
		if (!xdp_load_bytes(ctx, 0, log->mac, ETH_HEADER))
			log->mac_length = ETH_HEADER;
	}
	if (length == 0 || xdp_load_bytes(ctx, r->l3_offset, log->packet, length))
		length = 0;
	log->captured = length;
	ringbuf_submit(log, 0);
	return 0;
}
