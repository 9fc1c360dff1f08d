/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The table of flows. A flow lies in one of two buckets that the hash of its key names, anywhere in it. A bucket's first cache line says which of
 * its entries may be meant, so that most searches read three lines; entries are compared four at a time, without branches, by arithmetic
 * within a word.
 *
 * Who changes an entry holds its lock (flow_lock.h). Tags are changed by atomics, by whoever holds the lock of the entry they belong to.
 */
#ifndef BPF_IPTABLES_FLOW_TABLE_H
#define BPF_IPTABLES_FLOW_TABLE_H

#include "kernel.h"
#include "flow.h"

/* The same in each 16 bits of a word. */
#define LANES(number) ((number) * 0x0001000100010001ull)
#define LANE_BITS 16

/*
 * Products of sums with the seed's words: two keys meet with probability 2^-32, whoever chose them, for the seed is not known to
 * him (UMAC's NH). The last product brings all bits into the upper half.
 */
INLINE __u32 flow_hash(const struct flow_key *key)
{
	const __u32 *word = (const void *)key, *seed = value_flow_table.seeds;
	__u64 sum = 0;

#pragma unroll
	for (int i = 0; i < 10; i += 2)
		sum += (__u64)(word[i] + seed[i]) * (__u32)(word[i + 1] + seed[i + 1]);
	sum ^= sum >> 32;
	return sum * 0x9e3779b97f4a7c15ull >> 32;
}

/* The hash that names a flow's second bucket. */
#define second_hash(hash) ((__u32)(hash) * 0x9e3779b1u)

INLINE struct flow_bucket *bucket_numbered(__u32 number)
{
	return map_lookup(&map_flows, &number);
}

INLINE __u32 bucket_number(__u32 hash)
{
	return (__u64)hash * value_flow_table.buckets >> 32;
}

INLINE struct flow_bucket *bucket_of(__u32 hash)
{
	return bucket_numbered(bucket_number(hash));
}

/* What the tags of a flow's entry say besides FLOW_TAG_ASSURED. Bucket numbers come from the upper bits of the hash. */
INLINE __u64 tag_of(__u32 hash)
{
	return (hash << 2 & 0xfffc) | FLOW_TAG_USED;
}

/* A set of entries of a bucket: bit 16n is entry n, bit 16n + 8 entry n + 4. */
#define SLOTS 0x0101010101010101ull

/* Lanes' lowest bits of both words of tags as such a set. */
INLINE __u64 slots_from(__u64 low, __u64 high)
{
	return (low & LANES(1)) | (high & LANES(1)) << 8;
}

/* The number of the first entry in a set: its bit brings the number up from a constant that holds all of them. */
INLINE __u32 first_slot(__u64 slots)
{
	return (slots & -slots) * 0x008020a040c060e0ull >> 61;
}

INLINE __u32 how_many(__u64 slots)
{
	return slots * SLOTS >> 56;
}

/* 1 in each lane that is 0, and in no other. */
INLINE __u64 empty_lanes(__u64 word)
{
	return ~(((word & LANES(0x7fff)) + LANES(0x7fff)) | word | LANES(0x7fff)) >> 15;
}

INLINE __u64 slots_tagged(const struct flow_bucket *bucket, __u64 tag)
{
	__u64 wanted = LANES(tag), asked = ~LANES(FLOW_TAG_ASSURED);

	return slots_from(empty_lanes((bucket->tags[0] & asked) ^ wanted), empty_lanes((bucket->tags[1] & asked) ^ wanted));
}

INLINE __u64 slots_used(const struct flow_bucket *bucket)
{
	return slots_from(bucket->tags[0], bucket->tags[1]);
}

INLINE int same_key(const struct flow_key *a, const struct flow_key *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4]));
}

/* The number of the entry that has this key, FLOW_WAYS if none has. */
INLINE __u32 slot_in(const struct flow_bucket *bucket, const struct flow_key *key, __u64 tag)
{
	__u64 slots = slots_tagged(bucket, tag);

	for (int i = 0; i < FLOW_WAYS && slots; i++) {
		__u32 slot = first_slot(slots);

		if (LIKELY(same_key(&bucket->entries[slot].key, key)))
			return slot;
		slots &= slots - 1;
	}
	return FLOW_WAYS;
}

INLINE struct flow *flow_in(struct flow_bucket *bucket, const struct flow_key *key, __u64 tag)
{
	__u32 slot = slot_in(bucket, key, tag);

	return slot < FLOW_WAYS ? &bucket->entries[slot].flow : 0;
}

/* Where the key of an entry lies, from its flow. */
INLINE struct flow_key *key_of(struct flow *flow)
{
	return (void *)((char *)flow - __builtin_offsetof(struct flow_entry, flow));
}

/* As nf_ct_is_expired(). */
INLINE int flow_over(const struct flow *flow, __u64 now)
{
	return (__s64)(flow->expires - now) <= 0;
}

/* The flow of a key, 0 if there is none or its time is over. */
INLINE struct flow *flow_find(const struct flow_key *key, __u32 hash, __u64 now)
{
	struct flow_bucket *bucket = bucket_of(hash);
	struct flow *flow = bucket ? flow_in(bucket, key, tag_of(hash)) : 0;

	if (!flow) {
		bucket = bucket_of(second_hash(hash));
		flow = bucket ? flow_in(bucket, key, tag_of(hash)) : 0;
	}
	return flow && !flow_over(flow, now) ? flow : 0;
}

#endif
