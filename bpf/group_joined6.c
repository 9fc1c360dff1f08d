/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whether the group that a packet goes to is joined on the device it came in by (ipv6_chk_mcast_addr() without a source: source filters are the
 * sockets' matter). More groups than are looked at: it is, in doubt.
 */
#include "kernel.h"
#include "device6.h"
#include "packet.h"
#include "rounds.h"

#define MOST_GROUPS 1024

STAGE int group_joined6(struct __sk_buff *ctx, struct record *r)
{
	void *device = packet_device(ctx);
	void *ipv6 = device ? device_ipv6(device) : 0;
	struct rounds rounds;
	void *entry;
	int joined = 1;

	if (!ipv6)
		return 0;
	entry = KREAD(void *, ipv6, KOFF(inet6_dev, mc_list));
	rounds_begin(&rounds, MOST_GROUPS);
	while (rounds_next(&rounds)) {
		__u64 at = KOFF(ifmcaddr6, mca_addr);

		if (!entry) {
			joined = 0;
			break;
		}
		if (KREAD(__u32, entry, at + 12) == HTONL(r->dst[3]) && KREAD(__u32, entry, at + 8) == HTONL(r->dst[2]) &&
		    KREAD(__u32, entry, at + 4) == HTONL(r->dst[1]) && KREAD(__u32, entry, at) == HTONL(r->dst[0]))
			break;
		entry = KREAD(void *, entry, KOFF(ifmcaddr6, next));
	}
	rounds_end(&rounds);
	return joined;
}
