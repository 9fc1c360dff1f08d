/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* TCP options at the tc hooks. Returns 0. */
#include "kernel.h"
#include "tcp_options.h"

STAGE int tcp_options(struct __sk_buff *ctx, struct record *r)
{
	__u8 options[TCP_OPTIONS_MAX + 8] = {};
	__u8 offset_byte = 0;
	__u32 length;

	if (!tcp_options_wanted(r))
		return 0;
	if (skb_load_bytes(ctx, r->l4_offset + 12, &offset_byte, 1))
		return 0;
	length = (offset_byte >> 4) * 4 - 20;
	if (length == 0 || length > TCP_OPTIONS_MAX)
		return 0;
	if (skb_load_bytes(ctx, r->l4_offset + 20, options, length))
		return 0;
	tcp_options_walk(r, options, length);
	return 0;
}
