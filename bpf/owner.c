/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m owner: xt_owner's questions to the socket that sent the packet, at tc egress. */
#include "kernel.h"
#include "rounds.h"
#include "sender.h"

/* A rule's slot in map `owner_slots`. */
struct owner_slot {
	__u32 match, invert; /* XT_OWNER_*: what is asked, and which of it inverted */
	__u32 uid_min, uid_max;
	__u32 gid_min, gid_max;
};

enum { OWNER_UID = 1, OWNER_GID = 2, OWNER_SOCKET = 4, OWNER_SUPPL_GROUPS = 8 };

/* Halvings that NGROUPS_MAX numbers take. */
#define HALVINGS 18

/*
 * Whether a supplementary group of the credentials is within min..max. The kernel keeps them in ascending order (groups_sort()): the first that is not
 * below min decides.
 */
INLINE int has_group_within(void *credentials, __u32 min, __u32 max)
{
	__u64 info = 0, low = 0, high;
	__u32 groups = 0, group = 0;
	struct rounds rounds;

	if (probe_read_kernel(&info, sizeof(info), (char *)credentials + KOFF(cred, group_info)) || !info)
		return 0;
	if (probe_read_kernel(&groups, sizeof(groups), (void *)(info + KOFF(group_info, ngroups))))
		return 0;
	high = groups;
	rounds_begin(&rounds, HALVINGS);
	while (rounds_next(&rounds)) {
		__u64 middle = (low + high) / 2;

		if (low >= high)
			break;
		if (probe_read_kernel(&group, sizeof(group), (void *)(info + KOFF(group_info, gid) + middle * 4)))
			break;
		if (group < min)
			low = middle + 1;
		else
			high = middle;
	}
	rounds_end(&rounds);
	if (low >= groups || probe_read_kernel(&group, sizeof(group), (void *)(info + KOFF(group_info, gid) + low * 4)))
		return 0;
	return group >= min && group <= max;
}

INLINE int within(__u32 id, __u32 min, __u32 max)
{
	return min <= id && id <= max;
}

STAGE __u32 owner(struct __sk_buff *ctx, struct record *r, struct owner_slot *slot)
{
	__u32 asked = slot->match ^ slot->invert;
	void *socket = full_sender(ctx, r), *file, *credentials;
	int group;

	socket = socket && of_our_namespace(socket) ? KREAD(void *, socket, KOFF(sock, sk_socket)) : 0;
	if (!socket)
		return asked == 0;
	if (slot->match & slot->invert & OWNER_SOCKET)
		return 0;
	file = KREAD(void *, socket, KOFF(socket, file));
	credentials = file ? KREAD(void *, file, KOFF(file, f_cred)) : 0;
	if (!credentials)
		return (asked & (OWNER_UID | OWNER_GID)) == 0;
	if (slot->match & OWNER_UID && within(KREAD(__u32, credentials, KOFF(cred, fsuid)), slot->uid_min, slot->uid_max) == !!(slot->invert & OWNER_UID))
		return 0;
	if (!(slot->match & OWNER_GID))
		return 1;
	group = within(KREAD(__u32, credentials, KOFF(cred, fsgid)), slot->gid_min, slot->gid_max);
	if (!group && slot->match & OWNER_SUPPL_GROUPS)
		group = has_group_within(credentials, slot->gid_min, slot->gid_max);
	return group != !!(slot->invert & OWNER_GID);
}
