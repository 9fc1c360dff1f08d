/**
 * The addon as TypeScript sees it: one system call per function, no policy. Failures throw {@link SystemCallError}s.
 * Built by src/setup/build-native.mjs into dist/native; only src/kernel (and the test harness) may import this.
 */
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a failed system call throws: `code` is the errno's name, `errno` its positive number. */
export interface SystemCallError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  /** progLoad only: what the verifier said. */
  readonly log?: string;
  /** netlinkRequest only: what the kernel said besides the errno. */
  readonly words?: string;
}

/** enum bpf_map_type, as far as used. */
export const MAP_TYPE = { hash: 1, array: 2, percpu_array: 6, lru_hash: 9, lpm_trie: 11, ringbuf: 27 } as const;
/** enum bpf_prog_type. */
export const PROG_TYPE = { schedCls: 3, xdp: 6, netfilter: 32 } as const;
/** enum bpf_attach_type. */
export const ATTACH_TYPE = { none: 0, xdp: 37, netfilter: 45, tcxIngress: 46, tcxEgress: 47 } as const;
/** BPF_F_* of BPF_PROG_ATTACH. */
export const ATTACH_FLAG = { replace: 1 << 2, before: 1 << 3, after: 1 << 4, id: 1 << 5 } as const;
/** BPF_F_* of BPF_MAP_CREATE. */
export const MAP_FLAG = { noPrealloc: 1 << 0, readOnlyForPrograms: 1 << 7, mmapable: 1 << 10 } as const;

export interface ProgInfo {
  readonly id: number;
  readonly type: number;
  readonly name: string;
  readonly tag: Uint8Array;
  /** ns since boot. */
  readonly loadTime: bigint;
  readonly mapIds: readonly number[];
  readonly insns: number;
  readonly verifiedInsns: number;
  readonly jitedBytes: number;
}

export interface MapInfo {
  readonly id: number;
  readonly type: number;
  readonly name: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

export interface TestRun {
  readonly retval: number;
  /** ns per run. */
  readonly duration: number;
  /** Empty for netfilter programs. */
  readonly data: Uint8Array;
  readonly ctx: Uint8Array;
}

/** A frame from an AF_PACKET socket. `type` is PACKET_*: 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
export interface ReceivedFrame {
  readonly data: Uint8Array;
  readonly ifindex: number;
  readonly type: number;
  readonly protocol: number;
}

declare const ringHandle: unique symbol;
/** A mapped ring buffer; unmapped when collected. */
export interface RingHandle {
  readonly [ringHandle]: never;
}

/** Descriptors are plain numbers, owned by the caller: close with {@link Native.closeFd}. */
export interface Native {
  mapCreate(type: number, keySize: number, valueSize: number, maxEntries: number, flags: number, name: string): number;
  /** undefined: no such key. Per-CPU maps: one 8-byte-rounded value per possible CPU, back to back. */
  mapLookup(fd: number, key: Uint8Array): Uint8Array | undefined;
  mapUpdate(fd: number, key: Uint8Array, value: Uint8Array, flags: number): void;
  mapDelete(fd: number, key: Uint8Array): boolean;
  mapNextKey(fd: number, key: Uint8Array | undefined): Uint8Array | undefined;
  /** Elements from the start of the map, at most 1 GiB of them; of an array, those behind the index `after`. */
  mapLookupBatch(fd: number, most: number, after?: Uint8Array): { count: number; keys: Uint8Array; values: Uint8Array };
  mapFreeze(fd: number): void;
  /** One atomic 64-bit load from an mmapable array's first value. */
  mapLoadWord(fd: number, offset: number): bigint;
  mapStoreWord(fd: number, offset: number, value: bigint): void;
  /** Types of a program's functions (BTF), for progLoad. */
  btfLoad(types: Uint8Array): number;
  /** The error's `log` holds the verifier's words. `functions`: struct bpf_func_info of each function, of types in `btfFd`. */
  progLoad(type: number, expectedAttachType: number, insns: Uint8Array, license: string, name: string, btfFd?: number, functions?: Uint8Array): number;
  /** `relative`: a program id with ATTACH_FLAG.id, else a descriptor. `expectedRevision` 0n: any. */
  progAttach(progFd: number, ifindex: number, attachType: number, flags: number, relative: number, expectedRevision: bigint): void;
  progReplace(progFd: number, ifindex: number, attachType: number, replacedFd: number): void;
  progDetach(progFd: number, ifindex: number, attachType: number): void;
  progQuery(ifindex: number, attachType: number): { revision: bigint; ids: number[] };
  progBindMap(progFd: number, mapFd: number): void;
  progTestRun(progFd: number, data: Uint8Array, ctx: Uint8Array | undefined, repeat: number, ctxOutSize: number): TestRun;
  /** Sends `count` copies of a frame where an XDP program redirects them, `batch` (1-256) at a time. For tests: the fastest way to make traffic. Returns ns a frame. */
  progSendFrames(progFd: number, frame: Uint8Array, count: number, batch: number): number;
  progFdById(id: number): number;
  mapFdById(id: number): number;
  progNextId(id: number): number | undefined;
  mapNextId(id: number): number | undefined;
  progInfo(fd: number): ProgInfo;
  mapInfo(fd: number): MapInfo;
  /** Messages from their nlmsghdr on, each 4-byte aligned. `protocol`: NETLINK_*, rtnetlink when left out. */
  netlinkDump(type: number, body: Uint8Array, strict: boolean, protocol?: number): Uint8Array;
  /** One change by rtnetlink, done when it returns. The error's `words` hold what the kernel said. */
  netlinkRequest(type: number, body: Uint8Array): void;
  netlinkSubscribe(groups: number): number;
  netlinkReceive(fd: number): Uint8Array | undefined;
  poll(fd: number, milliseconds: number): boolean;
  packetOpen(ifindex: number, protocol: number): number;
  packetSend(fd: number, frame: Uint8Array): void;
  packetReceive(fd: number): ReceivedFrame | undefined;
  /** Raw IPv4 socket: 255 sends whole packets (header included), any other protocol receives what is delivered to the host. */
  rawOpen(protocol: number, version?: 4 | 6): number;
  /** 0, or the errno of a refusal. */
  rawSend(fd: number, packet: Uint8Array): number;
  rawReceive(fd: number): Uint8Array | undefined;
  /** getsockopt(2): `value` is the question and, by its length, the room for the answer. */
  socketOption(fd: number, level: number, option: number, value: Uint8Array): Uint8Array;
  /** 0: no such device. */
  interfaceIndex(name: string): number;
  closeFd(fd: number): void;
  openLockFile(path: string): number;
  /** Without `wait`: whether it was free. */
  lockExclusive(fd: number, wait: boolean): boolean;
  sleepMilliseconds(milliseconds: number): void;
  /** CLOCK_MONOTONIC in ns, as bpf_ktime_get_ns(). */
  monotonicNow(): bigint;
  /** ns between two jiffies. */
  tickNanoseconds(): number;
  /** Seconds by which CLOCK_TAI is ahead of CLOCK_REALTIME. */
  realTimeOffset(): number;
  /** The kernel's time zone, minutes west of UTC. */
  minutesWest(): number;
  /** Begins to wait, beside this thread, until every program that runs now has ended. */
  membarrierBegin(): void;
  /** Returns when what was begun is done. */
  membarrierEnd(): void;
  /** Moves the calling thread only. */
  setNetworkNamespace(fd: number): void;
  unshareNetwork(): void;
  networkNamespaceCookie(): bigint;
  ringOpen(fd: number): RingHandle;
  ringDrain(ring: RingHandle, most: number): Uint8Array[];
}

/** The addon's file: dist/native beside the compiled code, or, when running from the sources, in the tree's dist. */
function addonPath(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, '..', '..', 'native', 'bpf_iptables.node'), join(here, '..', '..', 'dist', 'native', 'bpf_iptables.node')];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`the native addon is not built: ${candidates[0]} (run \`npm run build\`)`);
  return found;
}

let loaded: Native | undefined;

/** The addon, loaded at first use. @throws Error when it is not built. */
export function native(): Native {
  loaded ??= createRequire(import.meta.url)(addonPath()) as Native;
  return loaded;
}

/** Whether `error` is a failed system call, with this errno name if given. */
export function isSystemCallError(error: unknown, code?: string): error is SystemCallError {
  return error instanceof Error && 'syscall' in error && 'errno' in error && (code === undefined || (error as SystemCallError).code === code);
}
