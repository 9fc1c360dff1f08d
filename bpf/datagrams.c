/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Before rules that ask for sockets and not for connections: which packets are parts of a datagram. Returns enum entry_result. */
#include "kernel.h"
#include "family.h"
#include "datagram.h"

STAGE int OF_FAMILY(datagrams)(struct __sk_buff *ctx, struct record *r)
{
#ifdef OF_IPV6
	if (UNLIKELY(comes_to_nothing(r)))
		return ENTRY_DROP;
#endif
	return r->frag_offset ? ENTRY_LATER : seen_part(r);
}
