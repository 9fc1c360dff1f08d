/**
 * A packet as rules see it: the oracle's view, decoded plainly from bytes and metadata.
 * All numbers in host order; absent parts are undefined rather than zero.
 */
import type { Family } from '../ruleset/model.js';

/** One direction of a connection. Ports: of ICMP the identifier, and type and code (upper and lower byte). */
export interface CtTuple {
  readonly src: bigint;
  readonly dst: bigint;
  readonly sport: number;
  readonly dport: number;
}

/** What connection tracking knows of the connection a packet belongs to. */
export interface CtEntry {
  readonly direction: 'ORIGINAL' | 'REPLY';
  readonly protocol: number;
  readonly original: CtTuple;
  readonly reply: CtTuple;
  /** IPS_* bits: EXPECTED 1, SEEN_REPLY 2, ASSURED 4, CONFIRMED 8. */
  readonly status: number;
  /** Seconds. */
  readonly expires: number;
}

/** The socket that a packet of the host was sent by. */
export interface PacketSender {
  /** By whom its file was opened; the kernel's own sockets and closed ones have none. */
  readonly owner?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  /** net_cls class, and ids of its cgroup and of those above it; undefined for a connection request. */
  readonly cgroup?: { readonly classid: number; readonly ids: readonly bigint[] };
}

/** What -m socket finds out: a socket that the packet is for. */
export interface PacketReceiver {
  /** Bound to no address. */
  readonly wildcard: boolean;
  readonly transparent: boolean;
}

export interface PacketMeta {
  /** Device names as they are at packet time; undefined = the hook has none (no -i in OUTPUT, no -o in INPUT). */
  readonly inIface?: string;
  readonly outIface?: string;
  readonly mark: number;
  /** Source MAC, 6 bytes, where the packet came in with an Ethernet header. */
  readonly macSrc?: Uint8Array;
  /** Address types (RTN_*: 1 unicast, 2 local, 3 broadcast, 4 anycast, 5 multicast ...). */
  readonly srcType: number;
  readonly dstType: number;
  /** The same, limited to the input device (`srcTypeIface`) and to the output device. */
  readonly srcTypeIface: number;
  readonly dstTypeIface: number;
  readonly srcTypeOutIface: number;
  readonly dstTypeOutIface: number;
  /** Conntrack state by name. */
  readonly ctState: 'INVALID' | 'ESTABLISHED' | 'RELATED' | 'NEW' | 'UNTRACKED';
  /** Of no meaning where the state is INVALID or UNTRACKED: such packets have none. Undefined: nobody asks. */
  readonly ctEntry?: CtEntry;
  /** What the host knows besides (bpf/layout.h, struct around). PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_MULTICAST 2 ...; left out: 0, as are the next four. */
  readonly pktType?: number;
  readonly cpu?: number;
  /** Groups of the input and the output device. */
  readonly inGroup?: number;
  readonly outGroup?: number;
  /** Routing realms: the source's in the upper 16 bits, the destination's in the lower. */
  readonly realm?: number;
  readonly sender?: PacketSender;
  readonly receiver?: PacketReceiver;
  /** Name of the bridge port that it came in by, where br_netfilter has noted it. */
  readonly bridgePort?: string;
  /** IPsec has decapsulated it. */
  readonly decapsulated?: boolean;
  /** Seconds since 1970, UTC; the present time where it is not given. And the kernel's time zone in minutes west of that. */
  readonly wallClock?: number;
  readonly minutesWest?: number;
  /** Nanoseconds of a monotonic clock, for stateful matches. */
  readonly now: bigint;
}

export interface PacketView {
  readonly family: Family;
  readonly meta: PacketMeta;
  /** 32 bit (IPv4) or 128 bit (IPv6) addresses. */
  readonly src: bigint;
  readonly dst: bigint;
  /** IPv6: behind the extension headers. */
  readonly protocol: number;
  /** IPv6 without a transport that can be found: every rule with -p drops such a packet. */
  readonly protocolFound?: 'cut';
  /** TTL or hop limit. */
  readonly ttl: number;
  /** TOS or traffic class. */
  readonly tos: number;
  /** Layer-3 length in bytes. */
  readonly length: number;
  /** In units of 8 bytes. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  /** Bytes from the IP header on, cut to what the header gives as its length. */
  readonly l3: Uint8Array;
  /** Bytes after the IP header (IPv6: from the transport header on), within the total length; a later fragment's bytes are payload, not a header. */
  readonly l4: Uint8Array;
}
