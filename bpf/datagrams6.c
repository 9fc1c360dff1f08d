/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The same for IPv6. */
#define OF_IPV6
#include "datagrams.c"
