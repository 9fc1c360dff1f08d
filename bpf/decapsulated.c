/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m policy --dir in: whether the packet came out of an IPsec tunnel (struct sec_path with an element), at tc ingress. */
#include "kernel.h"
#include "skb_extension.h"

STAGE __u32 decapsulated(struct __sk_buff *ctx, struct record *r, void *slot)
{
	/* Numbers of extensions are given to those that the kernel is built with. */
	__u32 number = KOFF_IF_ANY(nf_bridge_info, physinif) == NO_FIELD ? EXTENSION_BRIDGE_NF : EXTENSION_SEC_PATH;
	__u64 at = KOFF_IF_ANY(sec_path, len), path;
	__u32 length = 0;

	if (at == NO_FIELD || r->preset || KOFF_IF_ANY(net, xfrm) == NO_FIELD || r->chain == CHAIN_OUTPUT)
		return 0;
	path = skb_extension(ctx, number);
	return path && !probe_read_kernel(&length, sizeof(length), (void *)(path + at)) && length > 0;
}
