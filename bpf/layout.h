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
	ENTRY_TO_LOOPBACK = 3, /* an answer of REJECT on its way to its own host: it has been redirected to lo, which judges it */
	ENTRY_REJECTED = 5, /* XDP has judged it: REJECT, by record->reject_type */
	ENTRY_UNROUTED = 4, /* the kernel discards or answers it before the filter hook, but not before its conntrack has seen it */
	ENTRY_FIRST = 6, /* the first fragment of a datagram that is one packet to the rules: it is judged for all of them */
	ENTRY_LATER = 7, /* another fragment of such a datagram: it follows the first */
};

/* Final verdicts, record->verdict. */
enum verdict { VERDICT_ACCEPT = 0, VERDICT_DROP = 1, VERDICT_HOTDROP = 2, VERDICT_REJECT = 3 };

/* record->l4_state. The last one, of IPv6 alone: ipv6_find_hdr() finds no protocol, which drops the packet at a rule with -p. */
enum l4_state { L4_SHORT20 = 1, L4_SHORT8 = 2, L4_SHORT4 = 4, L4_TCP_OPTIONS_CUT = 8, L4_PROTO_CUT = 16 };

/* record->ct_state, exactly one of them */
enum ct_state { CT_INVALID = 1, CT_ESTABLISHED = 2, CT_RELATED = 4, CT_NEW = 8, CT_UNTRACKED = 16 };

/*
 * Key of a flow: its two ends, the lower (address, port) first, so that both directions meet in one entry.
 * ICMP queries: the asking end first, the identifier as both ports. Protocols without ports: 0.
 */
struct flow_key {
	__u32 address[2][4];   /*   0: host order, most significant word first; IPv4 in word 0, the others 0 */
	__u16 port[2];         /*  32 */
	__u8 proto;            /*  36 */
	__u8 icmp_type;        /*  37: of the query */
	__u8 icmp_code;        /*  38 */
	__u8 family;           /*  39: FAMILY_INET or FAMILY_INET6 */
};

/* flow->status: the low bits are the kernel's IPS_* (linux/netfilter/nf_conntrack_common.h), as `--ctstatus` asks for them. */
enum flow_status {
	FLOW_EXPECTED = 1,
	FLOW_SEEN_REPLY = 2,
	FLOW_ASSURED = 4,
	FLOW_CONFIRMED = 8,
	FLOW_ENDED = 1u << 30,         /* ours: it is over before its time, and a listener has been told */
	FLOW_ORIGIN_SECOND = 1u << 31, /* ours: the second end of the key opened it */
};

/* What one end of a TCP connection has said, as struct ip_ct_tcp_state of the kernel; names of its sequence space (host order). */
struct tcp_end {
	__u32 end;             /*   0: highest sequence number sent, and one */
	__u32 max_end;         /*   4: highest that the other end's window lets it send */
	__u32 max_window;      /*   8: greatest window announced, scaled; 0 = nothing seen of this end */
	__u32 max_ack;         /*  12: highest acknowledgement sent, with TCP_END_MAXACK_SET */
	__u8 scale;            /*  16: window scale */
	__u8 flags;            /*  17: enum tcp_end_flags */
	__u8 pad[2];
};

struct tcp_flow {
	struct tcp_end ends[2]; /*  0: original, reply */
	__u32 last_seq;        /*  40: of the last segment noted, as are the others */
	__u32 last_ack;        /*  44 */
	__u32 last_end;        /*  48 */
	__u16 last_window;     /*  52: as on the wire, not scaled */
	__u8 last_scale;       /*  54: of a SYN let through unheeded */
	__u8 last_flags;       /*  55 */
	__u8 state;            /*  56: enum tcp_state */
	__u8 last_direction;   /*  57 */
	__u8 last_index;       /*  58: enum tcp_index */
	__u8 retransmissions;  /*  59 */
};

/* As struct ip_ct_sctp of the kernel; by direction of who sends. */
struct sctp_flow {
	__u32 vtag[2];         /*   0: verification tag that packets come with; host order */
	__u8 state;            /*   8: enum sctp_state */
	__u8 last_direction;   /*   9: of the HEARTBEAT that `flags` speak of */
	__u8 init[2];          /*  10: 1 = has sent INIT, and nobody a COOKIE ACK since */
	__u8 flags;            /*  12: enum sctp_flow_flags */
	__u8 pad[3];
};

/* What a GRE flow lives by, jiffies: the settings when it began. */
struct gre_flow {
	__u32 timeout;         /*   0 */
	__u32 stream_timeout;  /*   4: once it was answered */
};

/* What is known of a flow besides its key. */
struct flow {
	__u64 expires;         /*   0: jiffies64; from then on there is no such flow. Not yet confirmed: the timeout alone */
	__u32 status;          /*   8: enum flow_status */
	__u32 lock;            /*  12: 1 = a CPU is at work on it */
	union {                /*  16 */
		struct tcp_flow tcp;
		struct sctp_flow sctp;
		struct gre_flow gre;
		__u64 stream_at;   /* UDP: jiffies64 from when on traffic in both directions makes it a stream */
		__u64 words[8];
	};
	__u32 mark;            /*  80: connmark */
	__u32 id;              /*  84: tells flows apart that had the same key one after another */
};

/* A flow in the table. Its truth is its key: of family 0 there is none here, whatever the tag says. */
struct flow_entry {
	struct flow_key key;   /*   0 */
	struct flow flow;      /*  40 */
};

#define FLOW_WAYS 8

/*
 * Value of the `flows` map (ARRAY): a bucket. Its first cache line tells what is in it: of each entry 16 bits, four in a word, entry 0 the
 * lowest (enum flow_tag and bits of the hash), and a time before which it is surely not over (the low half of a jiffies64).
 */
struct flow_bucket {
	__u64 tags[FLOW_WAYS / 4]; /*   0 */
	__u32 hints[FLOW_WAYS];    /*  16 */
	__u32 lock;                /*  48: 1 = a CPU keeps a new flow, whose first bucket this is */
	__u32 pad[3];
	struct flow_entry entries[FLOW_WAYS]; /* 64 */
};

enum flow_tag { FLOW_TAG_USED = 1, FLOW_TAG_ASSURED = 2 };

/* Value of the `flow_table` map (ARRAY of one element): of the whole table. */
struct flow_table {
	__u32 seeds[10];       /*   0: of the hash; random, so that nobody can aim at a bucket */
	__u32 buckets;         /*  40 */
	__u32 most;            /*  44: flows at the same time, as nf_conntrack_max */
	__u32 pad[4];
	__u32 count;           /*  64: flows there are, with those whose time is over and that nothing has met yet */
	__u32 cursor;          /*  68: flows kept so far: says which bucket is to be swept next */
	__u32 pad2[14];
};

/* Value of the `flow_stats` map (PERCPU_ARRAY of one element): counted as struct ip_conntrack_stat is (`conntrack -S`). */
struct flow_stats {
	__u32 found;
	__u32 invalid;
	__u32 insert;
	__u32 insert_failed;
	__u32 drop;
	__u32 early_drop;
	__u32 error;
	__u32 search_restart;
	__u32 clash_resolve;
	__u32 chaintoolong;
	__u32 unlocked;        /* ours: a lock was not had in time, and gone on without */
	__u32 pad;
};

/* Key and value of the `fragments` map: datagrams in fragments that are one packet to the rules (bpf/fragment.h). */
struct fragment_key {
	__u32 src[4];          /* as in struct record; IPv4 in word 0, the others 0 */
	__u32 dst[4];
	__u32 id;
	__u8 proto;            /* of IPv4 alone */
	__u8 sent;             /* 1 = met in OUTPUT; over lo a datagram is judged there and in INPUT */
	__u8 family;
	__u8 pad;
};

/*
 * record->fragment_flags, IPv6 alone. TAKEN_OFF: to the rules the packet has no fragment header, for the kernel has put its datagram together: `length` counts
 * none, the bytes are still there (packet_end()). NESTED: a fragment in a fragment.
 */
enum fragment_flags { FRAGMENT_TAKEN_OFF = 1, FRAGMENT_NESTED = 2 };
#define FRAGMENT_HEADER 8

/* What is known of a datagram. `early`: no first fragment yet. */
enum fragment_state { FRAGMENT_EARLY = 0, FRAGMENT_DROPPED = 1, FRAGMENT_ACCEPTED = 2 };

/* Counters noted for a datagram: one that meets more rules has the bytes of its later fragments counted at the first so many alone. */
#define FRAGMENT_SLOTS 64

struct fragment {
	__u64 until;           /*   0: jiffies64; from then on nothing is known */
	__u64 generation;      /*   8: whose counters `slots` are */
	__u32 reach;           /*  16: end of the data seen so far, bytes behind the IP header: so many have been counted */
	__u32 received;        /*  20: bytes of data that came, repetitions too */
	__u32 total;           /*  24: bytes of the datagram, 0 while the last fragment is missing */
	__u32 state;           /*  28: enum fragment_state */
	__u32 start;           /*  32: sum over the start of the first fragment's data */
	__u32 first;           /*  36: bytes of data in the first fragment */
	__u32 ifindex;         /*  40: device that the first came in by or leaves by */
	__u32 slots_used;      /*  44 */
	__u32 slots[FRAGMENT_SLOTS]; /*  48: byte offsets in a stripe of the counters that the datagram moved */
};

/*
 * What rules may ask of the conntrack entry of a packet besides its state: `struct nf_conn` as xt_conntrack sees it. Filled only when a rule
 * asks, and only where ct_state says that there is an entry.
 */
struct ct_entry {
	__u32 orig_src[4];     /*   0: addresses as in struct record */
	__u32 orig_dst[4];     /*  16 */
	__u32 repl_src[4];     /*  32 */
	__u32 repl_dst[4];     /*  48 */
	__u16 orig_src_port;   /*  64: ICMP: the identifier */
	__u16 orig_dst_port;   /*  66: ICMP: type and code */
	__u16 repl_src_port;   /*  68 */
	__u16 repl_dst_port;   /*  70 */
	__u32 status;          /*  72: enum flow_status, the kernel's bits */
	__u32 expires;         /*  76: seconds from now */
	__u8 proto;            /*  80 */
	__u8 pad[7];
};

/* What the host knows of a packet besides its bytes. Filled only when a rule asks. */
struct around {
	__u32 cpu;             /*   0: that judges it */
	__u32 in_group;        /*   4: group of the input device, 0 without one */
	__u32 out_group;       /*   8 */
	__u32 realm;           /*  12: of its route: tclassid of the kernel's struct dst_entry */
	__u8 pkt_type;         /*  16: PACKET_*, as the kernel's skb->pkt_type */
	__u8 pad[7];
};

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
	__u8 src_type_iface;   /* 110: limited to the input device */
	__u8 dst_type_iface;   /* 111 */
	__u8 chain;            /* 112: enum chain */
	__u8 ct_state;         /* 113 */
	__u8 ct_direction;     /* 114: 0 original, 1 reply */
	__u8 more_fragments;   /* 115 */
	__u8 verdict;          /* 116: enum verdict */
	__u8 reject_type;      /* 117 */
	__u8 preset;           /* 118: 1 = address types and conntrack state are given, not to be looked up (entry_test) */
	__u8 family;           /* 119: FAMILY_INET or FAMILY_INET6 */
	__u64 tcp_options[4];  /* 120: bit per TCP option kind present; filled only when a rule asks */
	__u64 scratch[4];      /* 152: between a stage and itself */
	struct flow_key flow_key; /* 184: conntrack, from lookup to commit */
	struct flow flow;      /* 224: the new flow */
	__u8 ct_pending;       /* 312: 1 = flow is new: to be kept once the packet is accepted */
	__u8 answer;           /* 313: 1 = the packet is an answer of our REJECT */
	__u8 fragment_flags;   /* 314: IPv6: enum fragment_flags */
	__u8 src_type_out_iface; /* 315 */
	__u8 dst_type_out_iface; /* 316 */
	__u8 unrouted;         /* 317: 1 = ENTRY_UNROUTED */
	__u8 ct_unsettled;     /* 318: 1 = the flow's bucket is to be told of the step it took (flow_settled.c) */
	__u8 ct_icmp_error;    /* 319: 1 = to the statistics an INVALID packet is an error: ICMP that is malformed, or reports about no flow */
	__u32 deferred_count;  /* 320: entries of `deferred` (src/emit/deferred.ts) */
	__u32 deferred[16];    /* 324: byte offsets of counters in a stripe, to be moved if the packet is dropped */
	__u32 flow_hash;       /* 388: of flow_key */
	struct ct_entry ct_entry; /* 392 */
	__u8 ct_kept;          /* 480: 1 = the packet's flow is in `flow` although it is not pending: it is no longer in the table, or not to come there */
	__u8 ct_second;        /* 481: the end of flow_key that the packet comes from; an ICMP error: as if it were an answer to what it quotes */
	__u16 fragment_at;     /* 482: IPv6: where the data behind the first fragment header begins, 0 = there is no such header */
	__u32 fragment_id;     /* 484: IPv6: identification of the fragment header, ip_id is its lower half */
	struct fragment fragment; /* 488: the datagram whose first fragment this is (ENTRY_FIRST) */
	struct around around;  /* 792 */
	__u32 memory[16];      /* 816: of classic BPF programs (src/emit/classic.ts) */
};

/*
 * The root: one per network namespace, shared by all generations of both families (map `root`, ARRAY of one element).
 * Which of the two programs on an interface judges depends on `active` alone: one store switches every interface at one instant (docs/architecture.md, "Swap").
 */
struct root {
	__u64 active[2];       /*   0: generation in force; [0] IPv4, [1] IPv6; 0 = none */
	__u64 hook;            /*  16: where the namespace is judged (src/kernel/hook-setting.ts); no program reads it */
	__u64 faults;          /*  24: packets dropped because the pipeline could not finish */
	__u32 route_generation; /*  32: netns_ipv4.rt_genid read before the mirrored addresses and devices were; see bpf/route_generation.c */
	__u32 mirror_valid;    /*  36: not 0 once the mirrors are filled: while the kernel still counts `route_generation`, they are the truth. Another number each time */
	__u64 netns_cookie;    /*  40: of the namespace the rules are for; 0 = any. Devices that were moved to another one keep the programs */
};

/* Value of the `mirror6` map (ARRAY of one element): of what routes the map `addresses6` was made. */
struct mirror6 {
	__u32 route_generation; /* 0: see bpf/device6.h; read before the map was filled */
	__u32 valid;            /* 4: not 0 once it is filled, if no other table leads to the host itself */
};

/*
 * Key of the `addresses6` map (LPM_TRIE): the kernel's local table of IPv6, multicast aside, and what the main table delivers to the host itself. Addresses of the link (fe80::/10) are those of
 * one device.
 */
struct address6_key {
	__u32 prefix;  /* bits of what follows: 32 and those of the address */
	__u32 scope;   /* index of the device, in network order; 0 for all but addresses of the link */
	__u32 address[4]; /* network order */
};

/*
 * Value of the `addresses` map (LPM_TRIE, key {prefix length, IPv4 in network order}): the kernel's local table. Of `addresses6`, too.
 */
struct local_route {
	__u32 type;            /* RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST ... */
	__u32 ifindex;
	__u32 prefix;          /* length of the route's prefix: an interface's own address has 32 */
};

/*
 * Value of the `local_filter` map (ARRAY of one element): addresses to which no route of the local table leads, by a hash of 16 bits
 * (bpf/route_cache.h). All clear = look it up.
 */
struct local_filter {
	__u64 stamp;           /*   0: the stamp of the mirrors (root: route_generation, mirror_valid) it belongs to */
	__u64 foreign[1024];   /*   8: bit set = no local route has this hash; 127.0.0.0/8 not counted */
};

/* Value of the `routes` map (PERCPU_ARRAY): an answer of the route lookup, see bpf/route_cache.h. */
struct known_route {
	__u32 src;             /*   0: host order; 0 = of any source: local delivery */
	__u32 dst;             /*   4 */
	__u64 stamp;           /*   8: of the mirrors, with the kernel's count of routing changes */
	__u32 in_ifindex;      /*  16 */
	__u32 since;           /*  20: jiffies */
	__u32 out_ifindex;     /*  24 */
	__u32 mtu;             /*  28: of the way out */
	__u64 out_name[2];     /*  32: as in struct record */
	__u8 tos;              /*  48 */
	__u8 pad[7];
};

/* Value of the `devices` map (HASH, key ifindex): what generated code and stages need of a device. */
struct device {
	__u64 name[2];         /* as in struct record */
	__u32 flags;
	__u32 group;
};

/* Value of the `machine` map (ARRAY of one element, read only): facts of the running kernel that are fixed until it reboots. */
struct machine {
	__u32 hz;              /* jiffies per second */
	__u32 credits_per_jiffy; /* of the limit match: the largest power of two of which a day's credits fit in 32 bits */
	__u32 icmp_per_second; /* net.ipv4.icmp_msgs_per_sec and icmp_msgs_burst when the generation was made */
	__u32 icmp_burst;
	__u64 tick;            /* nanoseconds of a jiffy */
};

/* Value of the `clock` map (ARRAY of one element): what makes the clock that programs can read the one that users see. Refreshed with the mirrors. */
struct clock {
	__s64 tai_ahead;       /*   0: seconds, of UTC */
	__s64 minutes_west;    /*   8: the kernel's time zone */
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
	__u8 src_type_out_iface; /* 60 */
	__u8 dst_type_out_iface; /* 61 */
	__u16 pad;             /*  62 */
	struct ct_entry ct_entry; /* 64 */
	struct around around;  /* 152 */
};

/* What entry_bench writes into the record in place of what the packet says. */
struct bench_header {
	__u32 src;             /*   0: host order, as in struct record */
	__u32 dst;             /*   4 */
	__u16 sport;           /*   8 */
	__u16 dport;           /*  10 */
	__u8 proto;            /*  12 */
	__u8 tcp_flags;        /*  13 */
	__u8 icmp_type;        /*  14 */
	__u8 icmp_code;        /*  15 */
	__u32 meta;            /*  16: index into `bench_metas` */
};

#define BENCH_HEADERS 16384
#define BENCH_METAS 4096

/* Values of the maps `bench_table` and `bench_metas` (ARRAYs of one element). */
struct bench_table {
	__u64 cursor;          /*   0: packets so far; the next header is number cursor & mask */
	__u64 mask;            /*   8: headers in use, a power of two, less 1 */
	struct bench_header headers[BENCH_HEADERS]; /* 16 */
};

struct bench_metas {
	struct test_meta metas[BENCH_METAS];
};

#endif
