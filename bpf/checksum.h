/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Internet checksums (RFC 1071) over packet bytes. */
#ifndef BPF_IPTABLES_CHECKSUM_H
#define BPF_IPTABLES_CHECKSUM_H

#include "kernel.h"

#define CHECKSUM_CHUNK 128
/* Packets with more bytes than these chunks hold are summed in part: the caller is told. */
#define CHECKSUM_CHUNKS 72

/* sk_buff.ip_summed: who has looked, or will look, after the checksum. */
enum summed { SUMMED_NONE = 0, SUMMED_UNNECESSARY = 1, SUMMED_COMPLETE = 2, SUMMED_PARTIAL = 3 };

INLINE __u32 skb_summed(struct __sk_buff *ctx)
{
	void *skb = bpf_cast_to_kern_ctx(ctx);

	return KREAD(__u8, skb, KOFF(sk_buff, ip_summed)) >> KBIT(sk_buff, ip_summed) & 3;
}

/* Folds to 16 bits. */
INLINE __u32 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* Sum of the pseudo header; addresses in host order, as the record has them. */
INLINE __u32 pseudo_header(__u32 src, __u32 dst, __u32 proto, __u32 length)
{
	return fold((__u64)HTONL(src) + HTONL(dst) + HTONS(proto) + HTONS(length));
}

/* The same of IPv6. Its destination is that of the header, as the kernel sums it, whatever a routing header says. */
INLINE __u32 pseudo_header6(const __u32 *src, const __u32 *dst, __u32 proto, __u32 length)
{
	__u64 sum = (__u64)HTONL(proto) + HTONL(length);

#pragma unroll
	for (int i = 0; i < 4; i++)
		sum += (__u64)HTONL(src[i]) + HTONL(dst[i]);
	return fold(sum);
}

#endif
