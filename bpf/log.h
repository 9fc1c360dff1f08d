/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a LOG rule puts into the ring buffer `log`: all that the kernel's line tells, as it lies in memory. src/cli/log reads it. */
#ifndef BPF_IPTABLES_LOG_H
#define BPF_IPTABLES_LOG_H

#include <linux/types.h>

/* Two IP headers and two layer-4 headers with all their options, and 8 bytes of ICMP between: nothing beyond is ever printed. */
#define LOG_PACKET_MAX 248
/* The same of IPv6, where extension headers may be of any number and length: what is printed of usual ones. */
#define LOG_PACKET6_MAX 640
/* The longest link-layer header copied. */
#define LOG_MAC_MAX 32

struct log_record {
	__u32 level;           /*   0: syslog level 0-7 */
	__u32 flags;           /*   4: XT_LOG_* */
	__u8 prefix[32];       /*   8: NUL padded */
	__u64 in_name[2];      /*  40: as in struct record */
	__u64 out_name[2];     /*  56 */
	__u32 mark;            /*  72 */
	__u32 length;          /*  76: layer 3, bytes */
	__u32 uid;             /*  80: of the sending socket's file, in the initial user namespace */
	__u32 gid;             /*  84 */
	__u16 device_type;     /*  88: ARPHRD_* of the input device */
	__u8 has_owner;        /*  90: uid and gid are there */
	__u8 has_input;        /*  91: it came in by a device */
	__u8 ttl;              /*  92: as the chain sees it */
	__u8 mac_length;       /*  93: bytes in mac */
	__u16 captured;        /*  94: bytes in packet */
	__u8 mac[LOG_MAC_MAX]; /*  96 */
	__u8 packet[LOG_PACKET_MAX]; /* 128: from the IP header on */
};

/* The same of a packet of IPv6: longer, by which readers know it. */
struct log_record6 {
	struct log_record head; /* its packet begins here already */
	__u8 rest[LOG_PACKET6_MAX - LOG_PACKET_MAX]; /* 376 */
};

/* Value of the map `log_lost` (ARRAY of one element). */
struct log_lost {
	__u64 lost;            /* 0: records for which the ring had no room */
	__u64 told;            /* 8: how many of them a reader has reported; written by readers only */
};

#endif
