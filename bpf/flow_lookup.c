/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* flow_find() as a function, for stages that are in no hurry: what the search leaves on the stack ends with it, so the verifier goes on from it once. */
#include "flow_table.h"

STAGE struct flow *flow_lookup(const struct record *r, __u64 now)
{
	return flow_find(&r->flow_key, r->flow_hash, now);
}
