/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What other parts of the kernel have attached to a packet (struct skb_ext). */
#ifndef BPF_IPTABLES_SKB_EXTENSION_H
#define BPF_IPTABLES_SKB_EXTENSION_H

#include "kernel.h"

/* enum skb_ext_id as far as it is needed: what a kernel is built without takes no number. */
enum { EXTENSION_BRIDGE_NF = 0, EXTENSION_SEC_PATH = 1 };

/* Address of the extension `number` of the packet, 0 where it has none. */
INLINE __u64 skb_extension(struct __sk_buff *ctx, __u32 number)
{
	void *skb = KERNEL_CONTEXT(ctx, sk_buff);
	__u64 extensions = 0;
	__u8 offset = 0;

	if (!(KREAD(__u8, skb, KOFF(sk_buff, active_extensions)) >> number & 1))
		return 0;
	if (probe_read_kernel(&extensions, sizeof(extensions), (char *)skb + KOFF(sk_buff, extensions)) || !extensions)
		return 0;
	if (probe_read_kernel(&offset, sizeof(offset), (void *)(extensions + KOFF(skb_ext, offset) + number)))
		return 0;
	return extensions + (__u64)offset * 8;
}

#endif
