/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The hop-by-hop options of a packet that came in, as ipv6_parse_hopopts() looks at them before any hook. Returns 1 where it drops the packet. A
 * jumbogram's length goes into the record. The options that are other modules' matter (IOAM, CALIPSO) are taken for fine.
 */
#include "kernel.h"
#include "device6.h"
#include "packet.h"
#include "parse6.h"
#include "rounds.h"

/* More options than fit in 256 times 8 bytes. */
#define MOST_OPTIONS 2048
#define MOST_PADDING 7
#define MAX_PAYLOAD 65535

enum option6 { OPTION_PAD1 = 0, OPTION_PADN = 1, OPTION_ALERT = 5, OPTION_CALIPSO = 7, OPTION_IOAM = 49, OPTION_JUMBO = 194 };

/* The settings net.ipv6.max_hbh_opts_number (negative: none that it does not know) and max_hbh_length. */
struct limits {
	__s32 count;
	__s32 length;
};

INLINE struct limits limits_of(struct __sk_buff *ctx)
{
	void *device = packet_device(ctx);
	void *net = device ? device_net(device) : 0;
	__u64 at = KOFF(net, ipv6) + KOFF(netns_ipv6, sysctl);
	struct limits limits = { 8, 0x7fffffff };

	if (net) {
		limits.count = KREAD(__s32, net, at + KOFF(netns_sysctl_ipv6, max_hbh_opts_cnt));
		limits.length = KREAD(__s32, net, at + KOFF(netns_sysctl_ipv6, max_hbh_opts_len));
	}
	return limits;
}

/* Padding but for its length: zeros. */
INLINE int padding_wrong(struct __sk_buff *ctx, __u32 at, __u32 length)
{
	__u8 bytes[8] = {};

	if (length < 1 || length > MOST_PADDING - 2)
		return 0;
	return skb_load_bytes(ctx, at, bytes, length) || *(volatile __u64 *)bytes;
}

INLINE int jumbo_wrong(struct __sk_buff *ctx, struct record *r, __u32 at, __u32 length)
{
	__u32 payload = 0, here = ctx->len - r->l3_offset;
	__u16 announced = 0;

	if (length != 4 || (at - r->l3_offset & 3) != 2 || skb_load_bytes(ctx, at + 2, &payload, sizeof(payload)))
		return 1;
	if (skb_load_bytes(ctx, r->l3_offset + __builtin_offsetof(struct ipv6_header, payload_length), &announced, sizeof(announced)) || announced)
		return 1;
	payload = NTOHL(payload);
	if (payload <= MAX_PAYLOAD || payload > here - IPV6_HEADER)
		return 1;
	r->length = payload + IPV6_HEADER;
	return 0;
}

/* An option that is neither padding. `strict`: none is allowed that is not known. */
INLINE int option_wrong(struct __sk_buff *ctx, struct record *r, __u32 at, __u32 kind, __u32 length, int strict)
{
	if (kind == OPTION_ALERT)
		return length != 2;
	if (kind == OPTION_JUMBO)
		return jumbo_wrong(ctx, r, at, length);
	if (kind == OPTION_CALIPSO)
		return length < 8;
	if (kind == OPTION_IOAM)
		return (at - r->l3_offset & 3) != 0;
	return strict || (kind & 0xc0) != 0;
}

STAGE int hop_by_hop(struct __sk_buff *ctx, struct record *r)
{
	/* Offset of the next option, padding so far, options so far. */
	volatile __u64 *at = &r->scratch[0], *padding = &r->scratch[1], *count = &r->scratch[2];
	__u32 start = r->l3_offset + IPV6_HEADER, end;
	struct limits limits = limits_of(ctx);
	__u32 most = limits.count < 0 ? -limits.count : limits.count;
	struct rounds rounds;
	__u8 option[2];
	int wrong = 1;

	if (skb_load_bytes(ctx, start, option, 2))
		return 1;
	end = start + (option[1] + 1) * 8;
	if ((int)(end - start) > limits.length || end > r->l3_offset + r->length)
		return 1;
	*at = start + 2;
	*padding = *count = 0;
	rounds_begin(&rounds, MOST_OPTIONS);
	while (rounds_next(&rounds)) {
		__u32 here = *at, length;

		if (here >= end) {
			wrong = here > end;
			break;
		}
		if (skb_load_bytes(ctx, here, option, 1))
			break;
		if (option[0] == OPTION_PAD1) {
			if (++*padding > MOST_PADDING)
				break;
			*at = here + 1;
			continue;
		}
		if (here + 2 > end || skb_load_bytes(ctx, here, option, 2))
			break;
		length = option[1];
		if (here + 2 + length > end)
			break;
		*at = here + 2 + length;
		if (option[0] == OPTION_PADN) {
			*padding += 2 + length;
			if (*padding > MOST_PADDING || padding_wrong(ctx, here + 2, length))
				break;
			continue;
		}
		*padding = 0;
		if (++*count > most || option_wrong(ctx, r, here, option[0], length, limits.count < 0))
			break;
	}
	rounds_end(&rounds);
	return wrong;
}
