/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XDP, for a packet left to tc: a stamp that it has from elsewhere is wiped (stamp.h). A driver without metadata has none to wipe.
 * Returns XDP_PASS.
 */
#include "stamp.h"

#define ETHERTYPE_OFFSET 12

STAGE int xdp_leave(struct xdp_md *ctx)
{
	char *frame = PACKET_POINTER(ctx, data), *end = PACKET_POINTER(ctx, data_end);
	struct stamp *stamp;

	if (frame + ETH_HEADER > end || *(__u16 *)(frame + ETHERTYPE_OFFSET) != HTONS(ETHERTYPE_IPV4))
		return XDP_PASS;
	if (xdp_adjust_meta(ctx, -(int)sizeof(*stamp)))
		return XDP_PASS;
	stamp = PACKET_POINTER(ctx, data_meta);
	if ((void *)(stamp + 1) <= PACKET_POINTER(ctx, data))
		__builtin_memset(stamp, 0, sizeof(*stamp));
	return XDP_PASS;
}
