/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The one's complement sum of packet bytes, which may lie in fragments of the skb. */
#include "kernel.h"
#include "checksum.h"

/*
 * Adds `length` bytes at `offset` to `seed` (a folded sum); returns the folded sum, or -1 if the packet is shorter or longer than
 * can be summed. `offset` must be even with regard to what is summed.
 */
STAGE int sum_packet(struct __sk_buff *ctx, __u32 offset, __u32 length, __u32 seed)
{
	__u8 bytes[CHECKSUM_CHUNK];
	__u32 sum = seed;

	for (int i = 0; i < CHECKSUM_CHUNKS && length >= CHECKSUM_CHUNK; i++) {
		if (skb_load_bytes(ctx, offset, bytes, CHECKSUM_CHUNK))
			return -1;
		sum = csum_diff(0, 0, bytes, CHECKSUM_CHUNK, sum);
		offset += CHECKSUM_CHUNK;
		length -= CHECKSUM_CHUNK;
	}
	if (length >= CHECKSUM_CHUNK)
		return -1;
	if (length > 0) {
		__builtin_memset(bytes, 0, sizeof(bytes));
		if (skb_load_bytes(ctx, offset, bytes, length))
			return -1;
		sum = csum_diff(0, 0, bytes, CHECKSUM_CHUNK, sum);
	}
	return fold(sum);
}
