/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Address types of source and destination for -m addrtype, from the mirrored local table. Any hook. */
#include "kernel.h"
#include "chain.h"

/* What inet_dev_addr_type() says of an address: without a device, and limited to the devices it came in and goes out by. */
struct types {
	__u8 any, in, out;
};

/* Limited to a device (ifindex 0: no limit) the type counts only if the local route is that device's. */
INLINE struct types types_of(__u32 address, __u32 in, __u32 out)
{
	struct address_key key = { 32, HTONL(address) };
	struct local_route *route;
	struct types types = { TYPE_UNICAST, TYPE_UNICAST, TYPE_UNICAST };

	if (address == 0 || address == 0xffffffff) {
		types.any = types.in = types.out = TYPE_BROADCAST;
	} else if (is_multicast(address)) {
		types.any = types.in = types.out = TYPE_MULTICAST;
	} else if ((route = map_lookup(&map_addresses, &key))) {
		types.any = route->type;
		if (!in || route->ifindex == in)
			types.in = route->type;
		if (!out || route->ifindex == out)
			types.out = route->type;
	}
	return types;
}

/* Fills src_type, dst_type and their variants limited to the input and the output device. Returns 0. */
STAGE int address_types(void *ctx, struct record *r)
{
	struct types types;

	if (r->preset)
		return 0;
	types = types_of(r->src[0], r->in_ifindex, r->out_ifindex);
	r->src_type = types.any;
	r->src_type_iface = types.in;
	r->src_type_out_iface = types.out;
	types = types_of(r->dst[0], r->in_ifindex, r->out_ifindex);
	r->dst_type = types.any;
	r->dst_type_iface = types.in;
	r->dst_type_out_iface = types.out;
	return 0;
}
