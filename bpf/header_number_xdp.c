/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#define AT_XDP
#include "header_number.c"
