/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The one's complement sum of packet bytes at XDP, straight from the frame. */
#include "checksum.h"
#include "reject.h"

#define DIRECT 512
/* Longest frame summed: 9000 bytes and some. */
#define DIRECT_CHUNKS 18
/* No link-layer and IP header of ours is longer. */
#define OFFSET_MASK 127

/* As sum_packet(): the folded sum of `length` bytes at `offset` and `seed`, -1 if the frame is shorter or longer than can be summed. */
STAGE int sum_packet_xdp(struct xdp_md *ctx, __u32 offset, __u32 length, __u32 seed)
{
	__u8 *at = (__u8 *)PACKET_POINTER(ctx, data) + (offset & OFFSET_MASK), *end = PACKET_POINTER(ctx, data_end);
	struct answer *scratch;
	__u32 zero = 0, sum = seed, position = offset;
	__u8 *rest;

	for (int chunk = 0; chunk < DIRECT_CHUNKS; chunk++) {
		if (length < DIRECT)
			break;
		if (at + DIRECT > end)
			return -1;
		sum = csum_diff(0, 0, at, DIRECT, sum);
		at += DIRECT;
		position += DIRECT;
		length -= DIRECT;
	}
	if (length >= DIRECT)
		return -1;
	if (length == 0)
		return fold(sum);
	/* What is left, padded with zeros: nobody else uses this at XDP. */
	scratch = map_lookup(&map_answer, &zero);
	if (!scratch)
		return -1;
	rest = scratch->packet;
	length &= DIRECT - 1;
	*(__u32 *)(rest + (length & (DIRECT - 4))) = 0;
	if (length == 0 || xdp_load_bytes(ctx, position, rest, length))
		return -1;
	sum = csum_diff(0, 0, (void *)rest, (length + 3) & (2 * DIRECT - 4), sum);
	return fold(sum);
}
