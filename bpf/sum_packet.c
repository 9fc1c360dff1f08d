/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The one's complement sum of packet bytes, which may lie in fragments of the skb. */
#include "kernel.h"
#include "checksum.h"
#include "rounds.h"

/*
 * Adds `length` bytes at `offset` to `seed` (a folded sum); returns the folded sum, or -1 if the packet is shorter or longer than
 * can be summed. `offset` must be even with regard to what is summed.
 */
STAGE int sum_packet(struct __sk_buff *ctx, __u32 offset, __u32 length, __u32 seed)
{
	__u8 bytes[CHECKSUM_CHUNK];
	struct rounds rounds;
	__u32 sum = seed;
	int missing = 0;

	rounds_begin(&rounds, CHECKSUM_CHUNKS);
	while (rounds_next(&rounds)) {
		if (length < CHECKSUM_CHUNK)
			break;
		missing = skb_load_bytes(ctx, offset, bytes, CHECKSUM_CHUNK) != 0;
		if (missing)
			break;
		sum = csum_diff(0, 0, bytes, CHECKSUM_CHUNK, sum);
		offset += CHECKSUM_CHUNK;
		length -= CHECKSUM_CHUNK;
	}
	rounds_end(&rounds);
	if (missing || length >= CHECKSUM_CHUNK)
		return -1;
	if (length > 0) {
		__builtin_memset(bytes, 0, sizeof(bytes));
		if (skb_load_bytes(ctx, offset, bytes, length))
			return -1;
		sum = csum_diff(0, 0, bytes, CHECKSUM_CHUNK, sum);
	}
	return fold(sum);
}
