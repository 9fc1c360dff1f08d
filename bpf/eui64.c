/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m eui64: eui64_mt6() of the kernel. The lower half of the source address is made of the Ethernet header's source, ff:fe in the middle and bit 1 of the first byte turned over. */
#include "answer.h"

STAGE __u32 eui64(void *ctx, struct record *r, void *slot)
{
	__u64 mac = r->mac_src, half = (__u64)r->src[2] << 32 | r->src[3];

	return r->has_mac && half == ((mac >> 24 << 40 | 0xfffe000000ull | (mac & 0xffffff)) ^ 1ull << 57);
}
