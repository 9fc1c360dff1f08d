/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* -m string with patterns of 65 to 128 bytes. */
#define WORDS 2
#include "string_search.h"

STAGE __u32 HERE(string_long)(packet_context *ctx, struct record *r, struct string_slot *slot)
{
	return string_match(ctx, r, slot);
}
