/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The ICMP error that REJECT answers with: destination unreachable, record->reject_type as code, quoting what fits (kernel: __icmp_send()). */
#include "checksum.h"
#include "packet.h"
#include "reject.h"

#define TOS_MASK 0x1e
#define TOS_INTERNETCONTROL 0xc0
/* Bytes that one call sums: older kernels take no more. */
#define SUM_FIRST 512

/* ip_decrease_ttl() has been over the header of what is forwarded. */
INLINE void quote_forwarded(struct answer *answer)
{
	struct ipv4_header *ip = (void *)(answer->packet + IPV4_HEADER + ICMP_HEADER);
	__u32 checksum = ip->checksum;

	checksum += HTONS(0x0100);
	ip->checksum = checksum + (checksum >= 0xffff);
	ip->ttl -= 1;
}

/* Fills packet and length. Returns 0, or 1 where there is no room for an error that says anything. */
STAGE __u32 HERE(reject_icmp)(packet_context *ctx, struct record *r, struct answer *answer)
{
	__u32 quoted = r->length, room = answer->mtu, rest;
	__u8 *icmp = answer->packet + IPV4_HEADER;
	__s64 sum;

	if (room > ANSWER_MAX)
		room = ANSWER_MAX;
	if (room <= 2 * IPV4_HEADER + ICMP_HEADER)
		return 1;
	room -= IPV4_HEADER + ICMP_HEADER;
	if (quoted > room)
		quoted = room;
	if (quoted < IPV4_HEADER || quoted > ANSWER_IPV4_MAX)
		return 1;
	__builtin_memset(answer->packet, 0, sizeof(answer->packet));
	if (load_bytes(ctx, r->l3_offset, icmp + ICMP_HEADER, quoted))
		return 1;
	if (r->chain == CHAIN_FORWARD)
		quote_forwarded(answer);
	answer->length = IPV4_HEADER + ICMP_HEADER + quoted;
	answer->ip_id = random_number() & 0xffff;
	icmp[0] = ICMP_UNREACHABLE;
	icmp[1] = r->reject_type;
	sum = csum_diff(0, 0, (void *)icmp, SUM_FIRST, 0);
	rest = ANSWER_MAX - IPV4_HEADER - SUM_FIRST;
	sum = csum_diff(0, 0, (void *)(icmp + SUM_FIRST), rest, sum);
	*(__u16 *)(icmp + 2) = ~fold(sum & 0xffffffff);
	answer_header(answer, PROTO_ICMP, (r->tos & TOS_MASK) | TOS_INTERNETCONTROL, 0);
	return 0;
}
