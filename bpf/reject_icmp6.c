/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The ICMPv6 error that REJECT answers with: destination unreachable, record->reject_type as code, quoting what fits (kernel: icmp6_send()). */
#include "reject6.h"

/* enum flowlabel settings of net.ipv6.auto_flowlabels: labels by default, and always. */
enum { LABELS_OPTOUT = 1, LABELS_FORCED = 3 };
#define LABEL_STATELESS 0x80000

static __u32 (*get_hash_recalc)(void *skb) = (void *)BPF_FUNC_get_hash_recalc;

/* ip6_make_flowlabel() of the kernel's ICMPv6 socket: from the hash of the packet at hand, where the kernel takes that of the answer. */
INLINE __u32 flow_label(struct __sk_buff *ctx, void *net)
{
	__u64 settings = KOFF(net, ipv6) + KOFF(netns_ipv6, sysctl);
	__u32 automatic = KREAD(__u8, net, settings + KOFF(netns_sysctl_ipv6, auto_flowlabels));
	__u32 hash, label;

	if (automatic != LABELS_OPTOUT && automatic != LABELS_FORCED)
		return 0;
	hash = get_hash_recalc(ctx);
	label = (hash << 16 | hash >> 16) & 0xfffff;
	return KREAD(__u8, net, settings + KOFF(netns_sysctl_ipv6, flowlabel_state_ranges)) ? label | LABEL_STATELESS : label;
}

/* Fills packet and length. Returns 0, or 1 where the packet cannot be quoted. */
STAGE __u32 reject_icmp6(struct __sk_buff *ctx, struct record *r, struct answer6 *answer)
{
	void *device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	void *net = device ? KREAD(void *, device, KOFF(net_device, nd_net)) : 0;
	__u8 *icmp = answer->packet + IPV6_HEADER;
	__u32 quoted = r->length;
	__s64 sum;

	if (quoted > QUOTE6_MAX)
		quoted = QUOTE6_MAX;
	if (!net || quoted < IPV6_HEADER)
		return 1;
	clear_answer6(answer);
	if (skb_load_bytes(ctx, r->l3_offset, icmp + ICMP_HEADER, quoted))
		return 1;
	/* ip6_forward() has taken one from what is forwarded. */
	if (r->chain == CHAIN_FORWARD)
		((struct ipv6_header *)(icmp + ICMP_HEADER))->hop_limit -= 1;
	answer->length = QUOTE6 + quoted;
	answer->flow_label = flow_label(ctx, net);
	icmp[0] = ICMPV6_UNREACHABLE;
	icmp[1] = r->reject_type;
	sum = pseudo_header6(answer->source, answer->destination, PROTO_ICMPV6, ICMP_HEADER + quoted);
	sum = csum_diff(0, 0, (void *)icmp, SUM6_STEP, sum);
	sum = csum_diff(0, 0, (void *)(icmp + SUM6_STEP), SUM6_STEP, sum);
	sum = csum_diff(0, 0, (void *)(icmp + 2 * SUM6_STEP), ANSWER6_MAX - IPV6_HEADER - 2 * SUM6_STEP, sum);
	*(__u16 *)(icmp + 2) = ~fold(sum & 0xffffffff);
	answer6_header(answer, PROTO_ICMPV6);
	return 0;
}
