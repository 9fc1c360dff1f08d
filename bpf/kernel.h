/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the C stages need of the kernel: helpers by number, kfuncs, maps, and offsets of kernel structs.
 *
 * Stages are linked by our own linker (src/setup/units-from-object.mjs reads the objects), which knows these symbols:
 *   map_NAME              address of the map NAME (for lookup helpers)
 *   value_NAME            direct address of the value of the one-element array map NAME
 *   koff__STRUCT__FIELD   byte offset of STRUCT.FIELD in the running kernel, from its BTF
 *   kopt__STRUCT__FIELD   the same where kernels may be built without the field: NO_FIELD then
 *   kbit__STRUCT__FIELD   bit number of the bit field STRUCT.FIELD within that byte
 *   ktype__STRUCT         BTF id of STRUCT
 *   bpf_NAME              an undefined function of this name is the kernel's (kfunc); any other one is a stage of another file
 */
#ifndef BPF_IPTABLES_KERNEL_H
#define BPF_IPTABLES_KERNEL_H

#include <linux/types.h>
#include <linux/bpf.h>
#include "layout.h"

#define INLINE static inline __attribute__((always_inline))
/* A stage: its own section, visible, called from generated code with r1 = ctx, r2 = record. */
#define STAGE __attribute__((noinline, used))
#define KFUNC extern
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define NTOHS(x) __builtin_bswap16(x)
#define NTOHL(x) __builtin_bswap32(x)
#define HTONS NTOHS
#define HTONL NTOHL

/* Numbers of linux/if_ether.h, linux/in.h, linux/if_packet.h, linux/rtnetlink.h: facts of the wire and the ABI. */
#define ETH_HEADER 14
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_SERVICE_VLAN 0x88a8
#define DEVICE_ETHERNET 1 /* ARPHRD_ETHER */
#define IFINDEX_LOOPBACK 1
#define FAMILY_INET 2
#define FAMILY_INET6 10
#define FAMILY_PACKET 17
enum { PROTO_ICMP = 1, PROTO_IGMP = 2, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_DCCP = 33, PROTO_ICMPV6 = 58, PROTO_SCTP = 132, PROTO_UDPLITE = 136 };
enum { PACKET_TO_HOST = 0, PACKET_TO_ALL = 1, PACKET_TO_GROUP = 2, PACKET_TO_OTHER = 3, PACKET_FROM_HERE = 4, PACKET_LOOPED = 5 };
/* linux/ip.h, option kinds with the copy bit. */
enum { OPTION_END = 0, OPTION_NOOP = 1, OPTION_RECORD_ROUTE = 7, OPTION_TIMESTAMP = 68, OPTION_LOOSE_ROUTE = 131, OPTION_STRICT_ROUTE = 137, OPTION_ROUTER_ALERT = 148 };
enum { TYPE_UNICAST = 1, TYPE_LOCAL = 2, TYPE_BROADCAST = 3, TYPE_ANYCAST = 4, TYPE_MULTICAST = 5 };

/* Helpers, by their numbers in linux/bpf.h. */
static void *(*map_lookup)(const void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*map_update)(const void *map, const void *key, const void *value, __u64 flags) = (void *)BPF_FUNC_map_update_elem;
static long (*map_delete)(const void *map, const void *key) = (void *)BPF_FUNC_map_delete_elem;
static __s64 (*csum_diff)(const void *from, __u32 from_size, const void *to, __u32 to_size, __u32 seed) = (void *)BPF_FUNC_csum_diff;
static long (*skb_load_bytes)(const void *skb, __u32 offset, void *to, __u32 length) = (void *)BPF_FUNC_skb_load_bytes;
static long (*skb_pull_data)(void *skb, __u32 length) = (void *)BPF_FUNC_skb_pull_data;
static long (*dynptr_read)(void *to, __u32 length, const void *dynptr, __u32 offset, __u64 flags) = (void *)BPF_FUNC_dynptr_read;
static long (*xdp_load_bytes)(void *xdp, __u32 offset, void *to, __u32 length) = (void *)BPF_FUNC_xdp_load_bytes;
static long (*probe_read_kernel)(void *to, __u32 length, const void *from) = (void *)BPF_FUNC_probe_read_kernel;
static long (*fib_lookup)(void *ctx, struct bpf_fib_lookup *params, int length, __u32 flags) = (void *)BPF_FUNC_fib_lookup;
static long (*check_mtu)(void *ctx, __u32 ifindex, __u32 *mtu, __s32 difference, __u64 flags) = (void *)BPF_FUNC_check_mtu;
static void *(*ringbuf_reserve)(const void *ring, __u64 size, __u64 flags) = (void *)BPF_FUNC_ringbuf_reserve;
static void (*ringbuf_submit)(void *record, __u64 flags) = (void *)BPF_FUNC_ringbuf_submit;
static __u64 (*jiffies64)(void) = (void *)BPF_FUNC_jiffies64;
static __u32 (*smp_processor_id)(void) = (void *)BPF_FUNC_get_smp_processor_id;

KFUNC void *bpf_cast_to_kern_ctx(void *ctx);
KFUNC void *bpf_rdonly_cast(const void *from, __u32 type);

/*
 * Packet pointers out of the context: a 32-bit load in C, which the verifier makes a 64-bit pointer. Hidden from clang, that would
 * else copy the pointer as the 32-bit number it looks like.
 */
#define PACKET_POINTER(ctx, field) ({ \
	void *pointer_; \
	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(pointer_) : "r"(ctx), "i"(__builtin_offsetof(typeof(*(ctx)), field))); \
	pointer_; })

/*
 * A number by way of the record, whose contents the verifier does not follow: paths that differ in what it knows of the number are one
 * path to it from here on. Word 3 of the scratch is for this.
 */
#define FORGET(r, number) ({ \
	volatile __u64 *word_ = &(r)->scratch[3]; \
	*word_ = (number); \
	*word_; })

/* What stands in memory is read again from here on, for the same reason: clang would else keep it in registers, where the verifier follows it. */
#define READ_ANEW() asm volatile("" ::: "memory")

/* Maps (src/link/stage-maps.ts states their sizes). */
extern const char map_addresses, map_addresses6, map_devices, map_routes, map_flows, map_flow_stats, map_flows_unrouted, map_fragments;
extern struct root value_root;
extern struct mirror6 value_mirror6;
extern struct flow_table value_flow_table;
extern const struct local_filter value_local_filter;
extern const struct machine value_machine;
extern const struct clock value_clock;
extern struct test_meta value_test_meta;
extern struct bench_table value_bench_table;
extern const struct bench_metas value_bench_metas;

/*
 * Field of a kernel struct: a load from a BTF pointer at an offset that the loader patches in. A fault (NULL, freed) reads as 0,
 * as the verifier promises for such loads.
 */
#define KOFF(structure, field) ({ extern const char koff__##structure##__##field; (__u64)&koff__##structure##__##field; })
/* For fields that depend on the kernel's configuration. */
#define KOFF_IF_ANY(structure, field) ({ extern const char kopt__##structure##__##field; (__u64)&kopt__##structure##__##field; })
#define NO_FIELD 0xffffffffull
/* Bit number of a bit field within the byte that KOFF names. */
#define KBIT(structure, field) ({ extern const char kbit__##structure##__##field; (__u64)&kbit__##structure##__##field; })
#define KREAD(type, base, offset) (*(type *)((char *)(base) + (offset)))
/*
 * The kernel's struct behind the context, to read a pointer to another struct from. Through the trusted pointer that bpf_cast_to_kern_ctx() gives, each
 * visit of such a load makes the verifier search all of the kernel's types by name for those whose pointers are trusted, too: 2 ms. At packet time it costs a check of the address.
 */
#define KERNEL_CONTEXT(ctx, structure) ({ extern const char ktype__##structure; bpf_rdonly_cast(bpf_cast_to_kern_ctx(ctx), (__u64)&ktype__##structure); })
/* A kernel struct by its address; what is read from it reads as 0 where there is none. */
#define KERNEL_STRUCT(address, structure) ({ extern const char ktype__##structure; bpf_rdonly_cast((void *)(address), (__u64)&ktype__##structure); })

#endif
