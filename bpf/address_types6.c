/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What routing says of source and destination for -m addrtype of IPv6, from the mirrored local table (match_lookup_rt6()). Any hook. Types that the
 * address shows by itself are none of this.
 */
#include "kernel.h"
#include "address6.h"

/* An interface's own address has a route of this length: what is not one is LOCAL for no device. */
#define WHOLE 128

/* What it is without a device, and limited to the devices it came in and goes out by. */
struct types6 {
	__u8 any, in, out;
};

/* Limited to a device (ifindex 0: no limit): LOCAL where the address is that device's own, ANYCAST where its route is. */
INLINE __u8 limited(const struct local_route *route, __u32 ifindex)
{
	if (!ifindex)
		return route->type;
	return route->ifindex == ifindex && (route->type != TYPE_LOCAL || route->prefix == WHOLE) ? route->type : TYPE_UNICAST;
}

/* An address of a link is looked for at the device that the packet is at. */
INLINE struct types6 types6_of(const __u32 address[4], __u32 in, __u32 out)
{
	struct types6 types = { TYPE_UNICAST, TYPE_UNICAST, TYPE_UNICAST };
	struct local_route *route = 0;

	if (!is_multicast6(address))
		route = local_route6(address, in ? in : out);
	if (route) {
		types.any = route->type;
		types.in = limited(route, in);
		types.out = limited(route, out);
	}
	return types;
}

/* Fills src_type, dst_type and their variants limited to the input and the output device. Returns 0. */
STAGE int address_types6(void *ctx, struct record *r)
{
	struct types6 types;

	if (r->preset)
		return 0;
	types = types6_of(r->src, r->in_ifindex, r->out_ifindex);
	r->src_type = types.any;
	r->src_type_iface = types.in;
	r->src_type_out_iface = types.out;
	types = types6_of(r->dst, r->in_ifindex, r->out_ifindex);
	r->dst_type = types.any;
	r->dst_type_iface = types.in;
	r->dst_type_out_iface = types.out;
	return 0;
}
