/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * REJECT at the tc hooks: the packet is rewritten into the answer, which OUTPUT judges as it does the kernel's own, and sent. Where no
 * answer may or can be sent the packet is dropped. Conditions: nf_send_unreach(), nf_send_reset(), __icmp_send(). Returns a tc code.
 */
#include "chain.h"
#include "checksum.h"
#include "flow.h"
#include "reject.h"
#include "reject_record.h"
#include "reject_checksum.h"
#include "reject_send.h"
#include "sender.h"
#include "rounds.h"

#define ICMP_TYPES 18
/* ICMP types the kernel takes for errors (icmp_pointers): 1 to 7 and 9 to 12, assigned or not. */
#define ICMP_ERRORS 0x1efe
#define OPTION_CIPSO 134
#define OPTIONS_MAX 40

__u32 reject_way(struct __sk_buff *ctx, struct record *r, struct answer *answer);
__u32 reject_allowed(struct __sk_buff *ctx, struct record *r, struct answer *answer);
__u32 reject_icmp(struct __sk_buff *ctx, struct record *r, struct answer *answer);
__u32 reject_reset(struct __sk_buff *ctx, struct record *r, struct answer *answer);
__u32 reject_write(struct __sk_buff *ctx, struct record *r, struct answer *answer);
int sum_packet(struct __sk_buff *ctx, __u32 offset, __u32 length, __u32 seed);

/*
 * nf_ip_checksum(): whether layer 4 is wrong, where nobody has vouched for it. Other protocols are summed as if they had such a checksum,
 * and nothing but zeros is right: the kernel sums the IP header too.
 */
INLINE int checksum_wrong(struct __sk_buff *ctx, struct record *r)
{
	__u32 summed = skb_summed(ctx), header = r->l4_offset - r->l3_offset, length = r->length - header, seed = 0;
	int sum;

	if (summed == SUMMED_PARTIAL || summed == SUMMED_UNNECESSARY || (summed == SUMMED_COMPLETE && r->chain != CHAIN_INPUT))
		return 0;
	if (r->proto == PROTO_TCP || r->proto == PROTO_UDP)
		seed = pseudo_header(r->src[0], r->dst[0], r->proto, length);
	sum = sum_packet(ctx, r->l4_offset, length, seed);
	return sum != 0xffff && sum != 0;
}

/* ICMP that is no error, or another protocol. What has no type at all, or one unknown, counts as an error. */
INLINE int not_an_error(struct __sk_buff *ctx, struct record *r)
{
	__u8 type;

	if (r->proto != PROTO_ICMP)
		return 1;
	if (r->length <= (__u32)(r->l4_offset - r->l3_offset) || skb_load_bytes(ctx, r->l4_offset, &type, 1))
		return 0;
	return type <= ICMP_TYPES && !(1 << type & ICMP_ERRORS);
}

/* Whether the header has options that an ICMP error would echo (ip_options_echo()): such errors are not made here. */
INLINE int options_to_echo(struct __sk_buff *ctx, struct record *r)
{
	__u32 length = r->l4_offset - r->l3_offset - IPV4_HEADER;
	__u8 options[OPTIONS_MAX + 8] = {};
	struct rounds rounds;
	__u32 at = 0;
	int echo = 0;

	if (length < 4 || length > OPTIONS_MAX)
		return 0;
	if (skb_load_bytes(ctx, r->l3_offset + IPV4_HEADER, options, length))
		return 1;
	rounds_begin(&rounds, OPTIONS_MAX);
	while (rounds_next(&rounds)) {
		__u32 kind, size;

		if (at >= OPTIONS_MAX)
			break;
		kind = options[at];
		size = options[at + 1];
		echo = kind == OPTION_RECORD_ROUTE || kind == OPTION_TIMESTAMP || kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE || kind == OPTION_CIPSO;
		if (echo || kind == OPTION_END)
			break;
		at += kind == OPTION_NOOP || size < 2 ? 1 : size;
	}
	rounds_end(&rounds);
	return echo;
}

/* The record as OUTPUT sees the answer, and the packet as conntrack will on lo. */
INLINE void note_answer(struct __sk_buff *ctx, struct record *r, struct answer *answer)
{
	record_answer(r, answer, ctx->mark);
	ctx->tc_index = CARRIER_MARK | CARRIER_ANSWER | r->ct_state | (r->ct_direction ? CARRIER_REPLY : 0);
}

STAGE int reject(struct __sk_buff *ctx, struct record *r)
{
	__u32 zero = 0, reset = r->reject_type == REJECT_RESET;
	struct answer *answer = map_lookup(&map_answer, &zero);
	void *device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	void *net = device ? device_net(device) : 0;

	if (!answer || !net || r->frag_offset || to_many(r))
		return CODE_SHOT;
	if (!reset && ((r->chain != CHAIN_OUTPUT && ctx->pkt_type != PACKET_TO_HOST) || !not_an_error(ctx, r) || options_to_echo(ctx, r)))
		return CODE_SHOT;
	/* The kernel's own ICMP holds its ICMP socket while it is sent: icmp_send() finds it taken. */
	if (!reset && r->chain == CHAIN_OUTPUT && r->proto == PROTO_ICMP && !sent_by_program(ctx))
		return CODE_SHOT;
	if ((reset || checksum_counts(ctx, r)) && checksum_wrong(ctx, r))
		return CODE_SHOT;
	answer->way = reject_way(ctx, r, answer);
	if (answer->way == WAY_NONE)
		return CODE_SHOT;
	answer->ttl = KREAD(__u8, net, KOFF(net, ipv4) + KOFF(netns_ipv4, sysctl_ip_default_ttl));
	if (reset ? reject_reset(ctx, r, answer) : !reject_allowed(ctx, r, answer) || reject_icmp(ctx, r, answer))
		return CODE_SHOT;
	if (reject_write(ctx, r, answer))
		return CODE_SHOT;
	if (!KREAD(__u8, net, KOFF(net, ipv4) + KOFF(netns_ipv4, sysctl_fwmark_reflect)))
		ctx->mark = 0;
	note_answer(ctx, r, answer);
	return send_answer(ctx, r, answer->way, answer->out_ifindex, answer->out_ifindex);
}
