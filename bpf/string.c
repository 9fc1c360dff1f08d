/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m string with patterns of up to 64 bytes. */
#define WORDS 1
#include "string_search.h"

STAGE __u32 HERE(string)(packet_context *ctx, struct record *r, struct string_slot *slot)
{
	return string_match(ctx, r, slot);
}
