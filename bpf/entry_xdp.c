/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XDP that judges: needs room for the stamp that tells tc of it. Returns enum entry_result; ENTRY_PASS = left to tc. */
#include "stamp.h"
#include "xdp_entry.h"

/* Whether bpf_xdp_adjust_meta() will make room: the driver hands metadata on, and enough lies before the frame. */
INLINE int room_for_stamp(struct xdp_md *ctx)
{
	void *xdp = bpf_cast_to_kern_ctx(ctx);
	__u64 start = KREAD(__u64, xdp, KOFF(xdp_buff, data_hard_start)), data = KREAD(__u64, xdp, KOFF(xdp_buff, data));

	return KREAD(__u64, xdp, KOFF(xdp_buff, data_meta)) == data && data - start >= STAMP_HEADROOM;
}

STAGE int entry_xdp(struct xdp_md *ctx, struct record *r)
{
	return room_for_stamp(ctx) ? xdp_entry(ctx, r) : ENTRY_PASS;
}
