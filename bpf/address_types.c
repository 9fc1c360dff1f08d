/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Address types of source and destination for -m addrtype, from the mirrored local table. Any hook. */
#include "kernel.h"
#include "chain.h"

/* inet_dev_addr_type(): `ifindex` 0 = any device, else the type counts only if the local route is that device's. */
INLINE void type_of(__u32 address, __u32 ifindex, __u8 *any, __u8 *limited)
{
	struct address_key key = { 32, HTONL(address) };
	struct local_route *route;

	*any = *limited = TYPE_UNICAST;
	if (address == 0 || address == 0xffffffff) {
		*any = *limited = TYPE_BROADCAST;
	} else if (is_multicast(address)) {
		*any = *limited = TYPE_MULTICAST;
	} else if ((route = map_lookup(&map_addresses, &key))) {
		*any = route->type;
		if (route->ifindex == ifindex)
			*limited = route->type;
	}
}

/* Fills src_type, dst_type and their variants limited to the input device (in OUTPUT: the output device). Returns 0. */
STAGE int address_types(void *ctx, struct record *r)
{
	__u32 ifindex = r->chain == CHAIN_OUTPUT ? r->out_ifindex : r->in_ifindex;

	if (r->preset)
		return 0;
	type_of(r->src[0], ifindex, &r->src_type, &r->src_type_iface);
	type_of(r->dst[0], ifindex, &r->dst_type, &r->dst_type_iface);
	return 0;
}
