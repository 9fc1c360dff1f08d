/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m cgroup: the cgroup of the socket that sent the packet, at tc egress. */
#include "kernel.h"
#include "rounds.h"
#include "sender.h"

/* A rule's slot in map `cgroup_slots`. */
struct cgroup_slot {
	__u64 flags;
	__u64 wanted; /* net_cls class, or id of a cgroup v2 */
};

enum { CGROUP_INVERT = 1, CGROUP_PATH = 2 };

/* Levels looked at; cgroups lie a handful deep. */
#define LEVELS 256

/* Whether `cgroup` is the one with this id or lies below it. */
INLINE int lies_within(void *cgroup, __u64 id)
{
	__s32 level = KREAD(__s32, cgroup, KOFF(cgroup, level));
	__u64 ancestor = 0, node = 0, found = 0;
	struct rounds rounds;
	int within = 0;

	rounds_begin(&rounds, LEVELS);
	while (level >= 0 && rounds_next(&rounds)) {
		if (probe_read_kernel(&ancestor, sizeof(ancestor), (char *)cgroup + KOFF(cgroup, ancestors) + (__u64)(__u32)level * 8))
			break;
		level--;
		if (probe_read_kernel(&node, sizeof(node), (void *)(ancestor + KOFF(cgroup, kn))) || probe_read_kernel(&found, sizeof(found), (void *)(node + KOFF(kernfs_node, id))))
			break;
		within = found == id;
		if (within)
			break;
	}
	rounds_end(&rounds);
	return within;
}

/* A connection request has no cgroup: such packets match nothing, inverted or not. */
STAGE __u32 cgroup(struct __sk_buff *ctx, struct record *r, struct cgroup_slot *slot)
{
	__u64 at_class = KOFF_IF_ANY(sock_cgroup_data, classid);
	void *socket = sender_of(ctx, r), *group;
	int holds;
	__u8 state;

	if (!socket || !of_our_namespace(socket))
		return 0;
	state = KREAD(__u8, socket, KOFF(sock_common, skc_state));
	if (state == STATE_TIME_WAIT || state == STATE_NEW_SYN)
		return 0;
	if (slot->flags & CGROUP_PATH) {
		group = KREAD(void *, socket, KOFF(sock, sk_cgrp_data) + KOFF(sock_cgroup_data, cgroup));
		holds = group && lies_within(group, slot->wanted);
	} else {
		holds = (at_class == NO_FIELD ? 0 : KREAD(__u32, socket, KOFF(sock, sk_cgrp_data) + at_class)) == slot->wanted;
	}
	return holds != (int)(slot->flags & CGROUP_INVERT);
}
