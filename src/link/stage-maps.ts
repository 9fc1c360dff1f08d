/**
 * The maps that C stages share with generated code and with the kernel room: one per network namespace, found again by name.
 * Sizes are those of bpf/layout.h; a test compares them through BTF.
 */
import type { MapSpec } from '../emit/spec.js';
import { crc32cMap } from './crc32c-table.js';

const BPF_F_NO_PREALLOC = 1;
export const BPF_F_MMAPABLE = 1024;

/** Bytes of struct local_filter and struct known_route, and how many of these. */
export const LOCAL_FILTER_SIZE = 8200;
export const KNOWN_ROUTE_SIZE = 56;
const ROUTES = 1024;

/** Bytes of struct record, struct root, struct local_route and struct device (bpf/layout.h). */
export const RECORD_SIZE = 880;
export const ROOT_SIZE = 48;
export const LOCAL_ROUTE_SIZE = 12;
export const MIRROR6_SIZE = 8;
export const ADDRESS6_KEY_SIZE = 24;
export const DEVICE_SIZE = 24;

function shared(spec: Omit<MapSpec, 'scope' | 'flags'> & { readonly flags?: number }): MapSpec {
  return { flags: 0, ...spec, scope: 'shared' };
}

/** Bytes of struct log_record, struct log_record6 and struct log_lost (bpf/log.h). */
export const LOG_RECORD_SIZE = 376;
export const LOG_RECORD6_SIZE = 768;
export const LOG_LOST_SIZE = 16;

/** Bytes of struct answer and struct answer6. */
export const ANSWER_SIZE = 672;
export const ANSWER6_SIZE = 1656;

/** Bytes of struct clock. */
export const CLOCK_SIZE = 16;

/** Bytes of struct machine. */
export const MACHINE_SIZE = 24;

/** What generated programs take for fixed about the running kernel. */
export interface KernelFacts {
  /** Jiffies per second. */
  readonly hz: number;
  /** net.ipv4.icmp_msgs_per_sec and icmp_msgs_burst. */
  readonly icmpPerSecond: number;
  readonly icmpBurst: number;
}

/** As Debian's and Ubuntu's kernels have them. */
const USUAL: KernelFacts = { hz: 250, icmpPerSecond: 1000, icmpBurst: 50 };

/**
 * The map `machine`.
 * credits_per_jiffy: CREDITS_PER_JIFFY of xt_limit, the largest power of two of which the credits of a day fit in 32 bits.
 */
export function machineMap({ hz, icmpPerSecond, icmpBurst }: KernelFacts): MapSpec {
  const init = new Uint8Array(MACHINE_SIZE);
  const most = Math.floor(0xffffffff / (hz * 86_400));
  [hz, 2 ** Math.floor(Math.log2(most)), icmpPerSecond, icmpBurst].forEach((value, index) => new DataView(init.buffer).setUint32(index * 4, value, true));
  new DataView(init.buffer).setBigUint64(16, BigInt(Math.round(1e9 / hz)), true);
  return { name: 'machine', type: 'array', keySize: 4, valueSize: MACHINE_SIZE, maxEntries: 1, flags: 0, scope: 'generation', init, frozen: true };
}

/** Bytes of struct flow_bucket, struct flow_table and struct flow_stats. */
export const FLOW_BUCKET_SIZE = 1088;
export const FLOW_TABLE_SIZE = 128;
export const FLOW_STATS_SIZE = 48;
/** Bytes of struct flow_change and struct flow_edit, what stands before the changes, and how many there may be. */
export const FLOW_CHANGE_SIZE = 144;
export const FLOW_EDIT_HEAD = 32;
export const FLOW_CHANGES = 64;
export const FLOW_EDIT_SIZE = FLOW_EDIT_HEAD + FLOW_CHANGES * FLOW_CHANGE_SIZE + RECORD_SIZE;
/** FLOW_WAYS: flows in a bucket. */
export const FLOW_WAYS = 8;

/** How many flows there may be at a time, where the machine does not say: as many as nf_conntrack has room for with 1 GiB of memory. */
export const USUAL_FLOWS = 65_536;
/** Words of the hash's seed. Commands take random ones. */
export const FLOW_SEEDS = 10;
const USUAL_SEEDS = Uint32Array.from({ length: FLOW_SEEDS }, (_, index) => Math.imul(index + 1, 0x9e3779b1));

export interface FlowTable {
  /** Flows at a time. */
  readonly most: number;
  readonly seeds: Uint32Array;
}

/**
 * Buckets of a table for `most` flows. Two thirds of their places may be taken: with two buckets to choose from, one flow in 2000 then finds
 * both full when the table is at its limit, and none long before.
 */
export function flowBuckets(most: number): number {
  return Math.max(1, Math.ceil((most * 3) / (2 * FLOW_WAYS)));
}

/** The maps of the flow table: its buckets, what is known of the whole (struct flow_table), and its statistics. */
export function flowMaps({ most, seeds }: FlowTable): readonly MapSpec[] {
  const buckets = flowBuckets(most);
  const init = new Uint8Array(FLOW_TABLE_SIZE);
  [...seeds, buckets, most].forEach((value, index) => new DataView(init.buffer).setUint32(index * 4, value, true));
  return [
    // Mapped to be aligned to cache lines.
    shared({ name: 'flows', type: 'array', keySize: 4, valueSize: FLOW_BUCKET_SIZE, maxEntries: buckets, flags: BPF_F_MMAPABLE }),
    shared({ name: 'flow_table', type: 'array', keySize: 4, valueSize: FLOW_TABLE_SIZE, maxEntries: 1, flags: BPF_F_MMAPABLE, init }),
    shared({ name: 'flow_stats', type: 'percpu_array', keySize: 4, valueSize: FLOW_STATS_SIZE, maxEntries: 1 }),
  ];
}

/** Bytes of struct flow_event and struct flow_watch (bpf/flow_event.h). */
export const FLOW_EVENT_SIZE = 144;
export const FLOW_WATCH_SIZE = 16;
/** Bytes of the ring buffer they lie in. */
export const FLOW_EVENTS_SIZE = 1 << 20;

/** Bytes of struct flow_key, struct flow, struct fragment_key, struct fragment. */
export const FLOW_KEY_SIZE = 40;
export const FLOW_SIZE = 88;
export const FRAGMENT_KEY_SIZE = 40;
export const FRAGMENT_SIZE = 304;

/** Bytes of struct ct_entry. */
export const CT_ENTRY_SIZE = 88;

/** Bytes of struct around. */
export const AROUND_SIZE = 24;

/** Bytes of struct test_meta. */
export const TEST_META_SIZE = 64 + CT_ENTRY_SIZE + AROUND_SIZE;

/** Bytes of struct bench_header and of what stands before the headers in struct bench_table; how many headers and metas there are. */
export const BENCH_HEADER_SIZE = 20;
export const BENCH_TABLE_HEAD = 16;
export const BENCH_HEADERS = 16_384;
export const BENCH_METAS = 4096;

/** All of them, in the order of first use. A program gets those its code refers to. */
export const STAGE_MAPS: readonly MapSpec[] = [
  /** struct root. */
  shared({ name: 'root', type: 'array', keySize: 4, valueSize: ROOT_SIZE, maxEntries: 1, flags: BPF_F_MMAPABLE }),
  /** struct record, the packet at hand. */
  shared({ name: 'record', type: 'percpu_array', keySize: 4, valueSize: RECORD_SIZE, maxEntries: 1 }),
  /** u32 for IPv4 and for IPv6: whether the first program judged the packet at hand (docs/architecture.md, "Swap"). */
  shared({ name: 'judged', type: 'percpu_array', keySize: 4, valueSize: 8, maxEntries: 1 }),
  /** The kernel's local table: {u32 prefix length, IPv4 address in network order} to struct local_route. */
  shared({ name: 'addresses', type: 'lpm_trie', keySize: 8, valueSize: LOCAL_ROUTE_SIZE, maxEntries: 65536, flags: BPF_F_NO_PREALLOC }),
  /** struct address6_key to struct local_route; struct mirror6. */
  shared({ name: 'addresses6', type: 'lpm_trie', keySize: ADDRESS6_KEY_SIZE, valueSize: LOCAL_ROUTE_SIZE, maxEntries: 65536, flags: BPF_F_NO_PREALLOC }),
  shared({ name: 'mirror6', type: 'array', keySize: 4, valueSize: MIRROR6_SIZE, maxEntries: 1, flags: BPF_F_MMAPABLE }),
  /** struct local_filter. */
  shared({ name: 'local_filter', type: 'array', keySize: 4, valueSize: LOCAL_FILTER_SIZE, maxEntries: 1 }),
  /** struct known_route by a hash of addresses. */
  shared({ name: 'routes', type: 'percpu_array', keySize: 4, valueSize: KNOWN_ROUTE_SIZE, maxEntries: ROUTES }),
  /** Interface index to struct device. */
  shared({ name: 'devices', type: 'hash', keySize: 4, valueSize: DEVICE_SIZE, maxEntries: 65536, flags: BPF_F_NO_PREALLOC }),
  /** struct clock. */
  shared({ name: 'clock', type: 'array', keySize: 4, valueSize: CLOCK_SIZE, maxEntries: 1 }),
  /** struct log_record, one for each packet a LOG rule met; `bpf-iptables log` empties it. */
  shared({ name: 'log', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 1 << 20 }),
  /** struct log_lost. */
  shared({ name: 'log_lost', type: 'array', keySize: 4, valueSize: LOG_LOST_SIZE, maxEntries: 1, flags: BPF_F_MMAPABLE }),
  /** struct answer (bpf/reject.h), while REJECT puts it together. */
  shared({ name: 'answer', type: 'percpu_array', keySize: 4, valueSize: ANSWER_SIZE, maxEntries: 1 }),
  /** struct answer6 (bpf/reject6.h). */
  shared({ name: 'answer6', type: 'percpu_array', keySize: 4, valueSize: ANSWER6_SIZE, maxEntries: 1 }),
  /** struct icmp_peer by address in host order, and struct icmp_all (bpf/icmp_credit.h): how many ICMP errors may be sent. */
  shared({ name: 'icmp_peers', type: 'lru_hash', keySize: 4, valueSize: 8, maxEntries: 16384 }),
  shared({ name: 'icmp_peers6', type: 'lru_hash', keySize: 16, valueSize: 8, maxEntries: 16384 }),
  shared({ name: 'icmp_all', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 }),
  /** struct machine; who compiles for the running kernel puts its own in place of it. */
  machineMap(USUAL),
  ...flowMaps({ most: USUAL_FLOWS, seeds: USUAL_SEEDS }),
  /** struct crc32c_table (bpf/sctp_checksum.c). */
  crc32cMap(),
  shared({ name: 'flows_unrouted', type: 'lru_hash', keySize: FLOW_KEY_SIZE, valueSize: FLOW_SIZE, maxEntries: 1024 }),
  /** struct flow_event, one for each thing that happens to a flow while `bpf-conntrack -E` listens; struct flow_watch. */
  shared({ name: 'flow_events', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: FLOW_EVENTS_SIZE }),
  shared({ name: 'flow_watch', type: 'array', keySize: 4, valueSize: FLOW_WATCH_SIZE, maxEntries: 1, flags: BPF_F_MMAPABLE }),
  /** struct fragment: datagrams in fragments. */
  shared({ name: 'fragments', type: 'lru_hash', keySize: FRAGMENT_KEY_SIZE, valueSize: FRAGMENT_SIZE, maxEntries: 4096 }),
  /** struct test_meta: what entry_test takes for the truth; one program uses it, under BPF_PROG_TEST_RUN. */
  { name: 'test_meta', type: 'array', keySize: 4, valueSize: TEST_META_SIZE, maxEntries: 1, flags: 0, scope: 'generation' },
  /** struct flow_edit: changes of flows by user space; one program uses it, under BPF_PROG_TEST_RUN. */
  { name: 'flow_edit', type: 'array', keySize: 4, valueSize: FLOW_EDIT_SIZE, maxEntries: 1, flags: 0, scope: 'generation' },
  /** struct bench_table and struct bench_metas: the packets of entry_bench; measuring programs use them. */
  { name: 'bench_table', type: 'array', keySize: 4, valueSize: BENCH_TABLE_HEAD + BENCH_HEADERS * BENCH_HEADER_SIZE, maxEntries: 1, flags: 0, scope: 'generation' },
  { name: 'bench_metas', type: 'array', keySize: 4, valueSize: BENCH_METAS * TEST_META_SIZE, maxEntries: 1, flags: 0, scope: 'generation' },
];
