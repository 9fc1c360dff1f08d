/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * REJECT at the tc hooks, IPv6: the packet is rewritten into the answer, which OUTPUT judges as it does the kernel's own, and sent. Where no
 * answer may or can be sent the packet is dropped. Conditions: nf_send_unreach6(), nf_send_reset6(), icmp6_send(). Returns a tc code.
 */
#include "flow.h"
#include "protocol6.h"
#include "reject6.h"
#include "reject_record6.h"
#include "reject_checksum.h"
#include "reject_send.h"
#include "sender.h"

#define ICMPV6_ECHO_ANSWER 129

__u32 reject_way6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer);
__u32 reject_allowed6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer);
__u32 reject_icmp6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer);
__u32 reject_reset6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer);
__u32 reject_write6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer);
int sum_packet(struct __sk_buff *ctx, __u32 offset, __u32 length, __u32 seed);

/* reject6_csum_ok(), and for a RST nf_ip6_checksum(): whether layer 4 is there and right, unless somebody has vouched for it. */
INLINE int transport_fine(struct __sk_buff *ctx, struct record *r, int reset, int found)
{
	__u32 summed = skb_summed(ctx), header = r->l4_offset - r->l3_offset;

	if (summed == SUMMED_PARTIAL || summed == SUMMED_UNNECESSARY)
		return 1;
	if (!found || r->frag_offset || header >= r->length)
		return 0;
	if ((!reset && !checksum_counts(ctx, r)) || (summed == SUMMED_COMPLETE && r->chain != CHAIN_INPUT))
		return 1;
	return sum_packet(ctx, r->l4_offset, r->length - header, pseudo_header6(r->src, r->dst, r->proto, r->length - header)) == 0xffff;
}

/* is_ineligible(): ICMPv6 errors, and ICMPv6 without a type in a packet that is whole. */
INLINE int an_error(struct __sk_buff *ctx, struct record *r, int found)
{
	__u32 header = r->l4_offset - r->l3_offset;
	__u8 type;

	if (r->proto != PROTO_ICMPV6 || !found || r->frag_offset)
		return 0;
	if (header >= r->length || skb_load_bytes(ctx, r->l4_offset, &type, 1))
		return !r->more_fragments;
	return type < ICMPV6_INFORMATIONAL;
}

/* Whether icmp6_send() makes an error of it. */
INLINE int error_wanted(struct __sk_buff *ctx, struct record *r, int found)
{
	if (is_multicast6(r->dst) || (r->chain != CHAIN_OUTPUT && ctx->pkt_type != PACKET_TO_HOST))
		return 0;
	if (is_multicast6(r->src) || is_any6(r->src) || an_error(ctx, r, found))
		return 0;
	/* The kernel's own answer to an echo holds its ICMPv6 socket while it is sent: icmp6_send() finds it taken. Neighbour discovery has another. */
	return r->chain != CHAIN_OUTPUT || r->proto != PROTO_ICMPV6 || r->icmp_type != ICMPV6_ECHO_ANSWER || sent_by_program(ctx);
}

STAGE int reject6(struct __sk_buff *ctx, struct record *r)
{
	__u32 zero = 0, reset = r->reject_type == REJECT_RESET;
	struct answer6 *answer = map_lookup(&map_answer6, &zero);
	void *device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	void *net = device ? device_net(device) : 0;
	int found = protocol_found(ctx, r);

	/* It is quoted as it lies here. */
	r->length = packet_end(r);
	r->fragment_flags = 0;
	if (!answer || !net || (reset ? !is_unicast6(r->src) || !is_unicast6(r->dst) : !error_wanted(ctx, r, found)))
		return CODE_SHOT;
	if (!transport_fine(ctx, r, reset, found))
		return CODE_SHOT;
	answer->way = reject_way6(ctx, r, answer);
	if (answer->way == WAY_NONE)
		return CODE_SHOT;
	if (reset ? reject_reset6(ctx, r, answer) : !reject_allowed6(ctx, r, answer) || reject_icmp6(ctx, r, answer))
		return CODE_SHOT;
	if (reject_write6(ctx, r, answer))
		return CODE_SHOT;
	if (!KREAD(__u8, net, KOFF(net, ipv6) + KOFF(netns_ipv6, sysctl) + KOFF(netns_sysctl_ipv6, fwmark_reflect)))
		ctx->mark = 0;
	record_answer6(r, answer, ctx->mark);
	ctx->tc_index = CARRIER_MARK | CARRIER_ANSWER | r->ct_state | (r->ct_direction ? CARRIER_REPLY : 0);
	return send_answer(ctx, r, answer->way, answer->out_ifindex, IFINDEX_LOOPBACK);
}
