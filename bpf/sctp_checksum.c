/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* SCTP's checksum (RFC 9260, appendix A): CRC32c of the whole packet with the checksum itself as 0. */
#include "kernel.h"
#include "rounds.h"
#include "sctp_track.h"

/* Bytes at once, and how often: packets of more than 9 KB are believed. */
#define CRC_CHUNK 32
#define CRC_ROUNDS 300

/* The map `crc32c`: what each value of the four bytes of a word does to the sum (src/link/crc32c-table.ts). */
struct crc32c_table {
	__u32 of[4][256];
};
extern const struct crc32c_table value_crc32c;

/* Lives in the record's scratch, where the verifier does not follow it from round to round. */
struct crc_walk {
	__u32 at, left, sum;
};

INLINE __u32 sum_word(__u32 sum, __u32 word)
{
	const struct crc32c_table *table = &value_crc32c;

	sum ^= word;
	return table->of[3][sum & 255] ^ table->of[2][sum >> 8 & 255] ^ table->of[1][sum >> 16 & 255] ^ table->of[0][sum >> 24 & 255];
}

INLINE __u32 sum_byte(__u32 sum, __u32 byte)
{
	const struct crc32c_table *table = &value_crc32c;

	return sum >> 8 ^ table->of[0][(sum ^ byte) & 255];
}

/* Takes the next bytes into the sum, as many as can be taken at once. Returns 0 if there are none. */
INLINE int sum_some(struct __sk_buff *ctx, volatile struct crc_walk *walk, __u32 words[CRC_CHUNK / 4])
{
	__u32 at = walk->at, left = walk->left, sum = walk->sum, taken;

	if (left >= CRC_CHUNK) {
		taken = CRC_CHUNK;
		if (skb_load_bytes(ctx, at, words, CRC_CHUNK))
			return 0;
		for (int word = 0; word < CRC_CHUNK / 4; word++)
			sum = sum_word(sum, words[word]);
	} else if (left >= 4) {
		taken = 4;
		if (skb_load_bytes(ctx, at, words, 4))
			return 0;
		sum = sum_word(sum, words[0]);
	} else {
		taken = 1;
		if (left == 0 || skb_load_bytes(ctx, at, words, 1))
			return 0;
		sum = sum_byte(sum, words[0]);
	}
	walk->sum = sum;
	walk->at = at + taken;
	walk->left = left - taken;
	return 1;
}

/* Whether the checksum of the SCTP packet in the record, of `length` bytes, is wrong. */
STAGE int sctp_checksum_wrong(struct __sk_buff *ctx, struct record *r, __u32 length)
{
	volatile struct crc_walk *walk = (void *)r->scratch;
	__u32 words[CRC_CHUNK / 4] = {}, claimed;
	struct rounds rounds;

	if (skb_load_bytes(ctx, r->l4_offset, words, sizeof(struct sctp_header)))
		return 1;
	claimed = words[2];
	walk->sum = sum_word(sum_word(sum_word(~0u, words[0]), words[1]), 0);
	walk->at = r->l4_offset + sizeof(struct sctp_header);
	walk->left = length - sizeof(struct sctp_header);
	rounds_begin(&rounds, CRC_ROUNDS);
	while (rounds_next(&rounds)) {
		if (!sum_some(ctx, walk, words))
			break;
	}
	rounds_end(&rounds);
	return walk->left == 0 && ~walk->sum != claimed;
}
