/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The same at XDP. */
#define AT_XDP
#include "seen_load.c"
