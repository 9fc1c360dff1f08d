/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Run by BPF_PROG_TEST_RUN in a network namespace: returns its count of routing changes. Who fills the mirrors reads it first,
 * dumps the local table and the devices, writes the mirrors, then stores this number in root.route_generation and 1 in
 * root.mirror_valid: had anything changed in between, the number no longer holds.
 */
#include "kernel.h"
#include "device.h"
#include "device6.h"

STAGE int read_route_generation(struct __sk_buff *ctx, struct record *r)
{
	void *device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	void *net = device ? device_net(device) : 0;

	return net ? route_generation(net) : 0;
}

/* The same of IPv6: mirror6.route_generation and mirror6.valid. */
STAGE int read_route_generation6(struct __sk_buff *ctx, struct record *r)
{
	void *device = KREAD(void *, KERNEL_CONTEXT(ctx, sk_buff), KOFF(sk_buff, dev));
	void *net = device ? device_net(device) : 0;

	return net ? route_generation6(net) : 0;
}
