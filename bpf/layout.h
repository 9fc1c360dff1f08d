/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The packet record: what every stage reads and writes about the packet at hand. This is its single definition;
 * src/emit/record.ts states the same offsets for generated code, and a test compares the two through BTF.
 * All numbers are in host order. One record per CPU (map `record`, PERCPU_ARRAY of one element).
 */
#ifndef BPF_IPTABLES_LAYOUT_H
#define BPF_IPTABLES_LAYOUT_H

#include <linux/types.h>

enum chain { CHAIN_INPUT = 0, CHAIN_FORWARD = 1, CHAIN_OUTPUT = 2 };

/* What an entry stage returns. */
enum entry_result {
	ENTRY_PASS = 0,  /* not a packet iptables would judge here: leave it to the kernel */
	ENTRY_JUDGE = 1, /* judge it by record->chain */
	ENTRY_DROP = 2,  /* drop it, uncounted */
};

/* Final verdicts, record->verdict. */
enum verdict { VERDICT_ACCEPT = 0, VERDICT_DROP = 1, VERDICT_HOTDROP = 2, VERDICT_REJECT = 3 };

/* record->l4_state */
enum l4_state { L4_SHORT20 = 1, L4_SHORT8 = 2, L4_SHORT4 = 4, L4_TCP_OPTIONS_CUT = 8 };

/* record->ct_state, exactly one of them */
enum ct_state { CT_INVALID = 1, CT_ESTABLISHED = 2, CT_RELATED = 4, CT_NEW = 8, CT_UNTRACKED = 16 };

struct record {
	__u32 src[4];          /*   0: IPv4 in src[0]; IPv6 most significant word first */
	__u32 dst[4];          /*  16 */
	__u64 in_name[2];      /*  32: device name as big-endian numbers, NUL padded; 0 = none */
	__u64 out_name[2];     /*  48 */
	__u64 mac_src;         /*  64: 48-bit number */
	__u32 in_ifindex;      /*  72 */
	__u32 out_ifindex;     /*  76 */
	__u32 mark;            /*  80 */
	__u32 length;          /*  84: layer 3, bytes */
	__u16 sport;           /*  88 */
	__u16 dport;           /*  90 */
	__u16 frag_offset;     /*  92: units of 8 bytes */
	__u16 l3_offset;       /*  94: from the packet data start, bytes */
	__u16 l4_offset;       /*  96 */
	__u16 ip_id;           /*  98 */
	__u8 proto;            /* 100 */
	__u8 ttl;              /* 101 */
	__u8 tos;              /* 102 */
	__u8 tcp_flags;        /* 103 */
	__u8 icmp_type;        /* 104 */
	__u8 icmp_code;        /* 105 */
	__u8 l4_state;         /* 106 */
	__u8 has_mac;          /* 107 */
	__u8 src_type;         /* 108: RTN_* */
	__u8 dst_type;         /* 109 */
	__u8 src_type_iface;   /* 110 */
	__u8 dst_type_iface;   /* 111 */
	__u8 chain;            /* 112: enum chain */
	__u8 ct_state;         /* 113 */
	__u8 ct_direction;     /* 114: 0 original, 1 reply */
	__u8 more_fragments;   /* 115 */
	__u8 verdict;          /* 116: enum verdict */
	__u8 reject_type;      /* 117 */
	__u8 preset;           /* 118: 1 = address types and conntrack state are given, not to be looked up (entry_test) */
	__u8 pad;              /* 119 */
	__u64 tcp_options[4];  /* 120: bit per TCP option kind present; filled only when a rule asks */
	__u64 scratch[4];      /* 152: between a stage and itself */
};

/*
 * The root: one per network namespace, shared by all generations of both families (map `root`, ARRAY of one element).
 * A program judges a packet iff active[family] >= its own generation and no newer program has judged it;
 * so one store to `active` switches every interface at one instant (docs/architecture.md, "Swap").
 */
struct root {
	__u64 active[2];       /*   0: generation in force; [0] IPv4, [1] IPv6; 0 = none */
	__u64 fresh_until;     /*  16: CLOCK_MONOTONIC ns until which a watcher vouches for the mirrored addresses and routes */
	__u64 faults;          /*  24: packets dropped because the pipeline could not finish */
	__u32 route_generation; /*  32: netns_ipv4.rt_genid read before the mirrored addresses and devices were; see bpf/route_generation.c */
	__u32 mirror_valid;    /*  36: 1 once the mirrors are filled: while the kernel still counts `route_generation`, they are the truth */
};

/* Value of the `addresses` map (LPM_TRIE, key {prefix length, IPv4 in network order}): the kernel's local table. */
struct local_route {
	__u32 type;            /* RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST ... */
	__u32 ifindex;
};

/* Value of the `devices` map (HASH, key ifindex): what generated code and stages need of a device. */
struct device {
	__u64 name[2];         /* as in struct record */
	__u32 flags;
	__u32 pad;
};

/* Value of the `test_meta` map (ARRAY of one element): what entry_test takes in place of what a real hook knows. */
struct test_meta {
	__u64 in_name[2];      /*   0: as in struct record */
	__u64 out_name[2];     /*  16 */
	__u64 mac_src;         /*  32 */
	__u32 in_ifindex;      /*  40 */
	__u32 out_ifindex;     /*  44 */
	__u32 mark;            /*  48 */
	__u8 chain;            /*  52: enum chain */
	__u8 has_mac;          /*  53 */
	__u8 src_type;         /*  54 */
	__u8 dst_type;         /*  55 */
	__u8 src_type_iface;   /*  56 */
	__u8 dst_type_iface;   /*  57 */
	__u8 ct_state;         /*  58: enum ct_state */
	__u8 ct_direction;     /*  59 */
	__u32 pad;             /*  60 */
};

#endif
