/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* conntrack_entry for XDP. */
#define AT_XDP
#include "conntrack_entry.c"
