/**
 * Packet fields that predicates may test: the registry the whole compiler reads.
 * A field is a number in host order. Where it lies in the packet record is emit/record.ts's matter;
 * how to read it off a decoded packet is the oracle's.
 */

/** `l3`: always there. `l4`: only in first fragments with a whole layer-4 header (else the value is 0 and guards decide). `meta`: from the skb. */
export type FieldLayer = 'l3' | 'l4' | 'meta';

export interface FieldSpec {
  readonly bits: 8 | 16 | 32 | 48 | 64 | 128;
  readonly layer: FieldLayer;
  readonly doc: string;
}

export const FIELDS = {
  src: { bits: 32, layer: 'l3', doc: 'IPv4 source address; of IPv6 the first of its four words' },
  src1: { bits: 32, layer: 'l3', doc: 'second word of the IPv6 source address' },
  src2: { bits: 32, layer: 'l3', doc: 'third word of the IPv6 source address' },
  src3: { bits: 32, layer: 'l3', doc: 'last word of the IPv6 source address' },
  dst: { bits: 32, layer: 'l3', doc: 'IPv4 destination address; of IPv6 the first of its four words' },
  dst1: { bits: 32, layer: 'l3', doc: 'second word of the IPv6 destination address' },
  dst2: { bits: 32, layer: 'l3', doc: 'third word of the IPv6 destination address' },
  dst3: { bits: 32, layer: 'l3', doc: 'last word of the IPv6 destination address' },
  proto: { bits: 8, layer: 'l3', doc: 'layer-4 protocol number; IPv6: behind the extension headers, as ipv6_find_hdr() finds it, see L4_STATE' },
  length: { bits: 32, layer: 'l3', doc: 'layer-3 length in bytes (total length, IPv6: with its header; skb length for GSO packets)' },
  ttl: { bits: 8, layer: 'l3', doc: 'TTL, hop limit, as the chain sees it (already decremented in FORWARD)' },
  tos: { bits: 8, layer: 'l3', doc: 'TOS byte, traffic class' },
  fragOffset: { bits: 16, layer: 'l3', doc: 'fragment offset in units of 8 bytes; 0 for first fragments and whole packets' },
  sport: { bits: 16, layer: 'l4', doc: 'source port (tcp, udp, udplite, sctp, dccp)' },
  dport: { bits: 16, layer: 'l4', doc: 'destination port' },
  tcpFlags: { bits: 8, layer: 'l4', doc: 'TCP flags byte: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128' },
  icmpType: { bits: 8, layer: 'l4', doc: 'ICMP or ICMPv6 type' },
  icmpCode: { bits: 8, layer: 'l4', doc: 'ICMP or ICMPv6 code' },
  inIfaceHi: { bits: 64, layer: 'meta', doc: 'first 8 bytes of the input device name, big-endian number, NUL padded; 0 without input device' },
  inIfaceLo: { bits: 64, layer: 'meta', doc: 'last 8 bytes of the input device name, big-endian number' },
  outIfaceHi: { bits: 64, layer: 'meta', doc: 'first 8 bytes of the output device name, big-endian number' },
  outIfaceLo: { bits: 64, layer: 'meta', doc: 'last 8 bytes of the output device name, big-endian number' },
  mark: { bits: 32, layer: 'meta', doc: 'skb mark' },
  macSrc: { bits: 64, layer: 'meta', doc: 'source MAC as a 48-bit number (first byte most significant); only with hasMac' },
  hasMac: { bits: 8, layer: 'meta', doc: '1 where the packet came in with an Ethernet header (xt_mac: not in OUTPUT, nor from devices without one)' },
  srcType: { bits: 8, layer: 'meta', doc: 'RTN_* address type of src in the local table' },
  dstType: { bits: 8, layer: 'meta', doc: 'RTN_* address type of dst' },
  srcTypeIface: { bits: 8, layer: 'meta', doc: 'RTN_* type of src limited to the input device; without one: as srcType' },
  dstTypeIface: { bits: 8, layer: 'meta', doc: 'RTN_* type of dst limited to the input device' },
  srcTypeOutIface: { bits: 8, layer: 'meta', doc: 'RTN_* type of src limited to the output device; without one: as srcType' },
  dstTypeOutIface: { bits: 8, layer: 'meta', doc: 'RTN_* type of dst limited to the output device' },
  pktType: { bits: 8, layer: 'meta', doc: 'skb->pkt_type: 0 to this host, 1 broadcast, 2 group, 3 another host, 5 looped back' },
  cpu: { bits: 32, layer: 'meta', doc: 'number of the CPU that judges the packet' },
  inGroup: { bits: 32, layer: 'meta', doc: 'group of the input device; 0 without one' },
  outGroup: { bits: 32, layer: 'meta', doc: 'group of the output device; 0 without one' },
  realm: { bits: 32, layer: 'meta', doc: 'tclassid of the route: realm of the source in the upper half, of the destination in the lower' },
  /** See L4_STATE. */
  l4State: { bits: 8, layer: 'l3', doc: 'bit set, see L4_STATE' },
  ctState: { bits: 8, layer: 'meta', doc: 'bit set, see CT_STATE: exactly one of the first five bits' },
  ctDirection: { bits: 8, layer: 'meta', doc: '0 original, 1 reply; like all of the entry only where ctState says that there is one' },
  ctProto: { bits: 8, layer: 'meta', doc: 'protocol of the conntrack entry' },
  ctOrigSrc: { bits: 32, layer: 'meta', doc: 'IPv4 source address of the original direction; of IPv6 the first of its four words' },
  ctOrigSrc1: { bits: 32, layer: 'meta', doc: 'second word of it' },
  ctOrigSrc2: { bits: 32, layer: 'meta', doc: 'third word of it' },
  ctOrigSrc3: { bits: 32, layer: 'meta', doc: 'last word of it' },
  ctOrigDst: { bits: 32, layer: 'meta', doc: 'IPv4 destination address of the original direction; of IPv6 the first of its four words' },
  ctOrigDst1: { bits: 32, layer: 'meta', doc: 'second word of it' },
  ctOrigDst2: { bits: 32, layer: 'meta', doc: 'third word of it' },
  ctOrigDst3: { bits: 32, layer: 'meta', doc: 'last word of it' },
  ctReplSrc: { bits: 32, layer: 'meta', doc: 'IPv4 source address of the replies; of IPv6 the first of its four words' },
  ctReplSrc1: { bits: 32, layer: 'meta', doc: 'second word of it' },
  ctReplSrc2: { bits: 32, layer: 'meta', doc: 'third word of it' },
  ctReplSrc3: { bits: 32, layer: 'meta', doc: 'last word of it' },
  ctReplDst: { bits: 32, layer: 'meta', doc: 'IPv4 destination address of the replies; of IPv6 the first of its four words' },
  ctReplDst1: { bits: 32, layer: 'meta', doc: 'second word of it' },
  ctReplDst2: { bits: 32, layer: 'meta', doc: 'third word of it' },
  ctReplDst3: { bits: 32, layer: 'meta', doc: 'last word of it' },
  ctOrigSrcPort: { bits: 16, layer: 'meta', doc: 'source port of the original direction; ICMP: identifier' },
  ctOrigDstPort: { bits: 16, layer: 'meta', doc: 'destination port of the original direction; ICMP: type in the upper byte, code in the lower' },
  ctReplSrcPort: { bits: 16, layer: 'meta', doc: 'source port of the replies; ICMP: identifier' },
  ctReplDstPort: { bits: 16, layer: 'meta', doc: 'destination port of the replies; ICMP: type in the upper byte, code in the lower' },
  ctStatus: { bits: 32, layer: 'meta', doc: 'bit set, see CT_STATUS' },
  ctExpires: { bits: 32, layer: 'meta', doc: 'seconds that the entry has still to live' },
} as const satisfies Record<string, FieldSpec>;

export type FieldName = keyof typeof FIELDS;

/**
 * Bits of `l4State`, counted on the bytes after the IP header, within the IP total length, for packets with fragOffset 0:
 * fewer than 20 / 8 / 4 bytes there (what tcp, udp and icmp, multiport need); the TCP header's own length says more than is there
 * (what --tcp-option needs); data offset below 5.
 * The last one is IPv6's alone and holds for every packet: `protoCut`, ipv6_find_hdr() does not get to the end of the extension headers (they are cut off, or
 * go on behind the header of a later fragment), and a rule with -p drops the packet.
 */
export const L4_STATE = { short20: 1, short8: 2, short4: 4, tcpOptionsCut: 8, protoCut: 16 } as const;

/** The words of an address, the most significant first; IPv4 has the first alone. */
export const ADDRESS_WORDS = {
  src: ['src', 'src1', 'src2', 'src3'],
  dst: ['dst', 'dst1', 'dst2', 'dst3'],
  ctOrigSrc: ['ctOrigSrc', 'ctOrigSrc1', 'ctOrigSrc2', 'ctOrigSrc3'],
  ctOrigDst: ['ctOrigDst', 'ctOrigDst1', 'ctOrigDst2', 'ctOrigDst3'],
  ctReplSrc: ['ctReplSrc', 'ctReplSrc1', 'ctReplSrc2', 'ctReplSrc3'],
  ctReplDst: ['ctReplDst', 'ctReplDst1', 'ctReplDst2', 'ctReplDst3'],
} as const satisfies Record<string, readonly FieldName[]>;

/** Bits of `ctState` as xt_conntrack's state mask orders them for us. */
export const CT_STATE = { invalid: 1, established: 2, related: 4, new: 8, untracked: 16 } as const;

/** The fields of the conntrack entry that a stage of its own fills (bpf/conntrack_entry.c): only for rulesets that test one of them. */
export const CT_ENTRY_FIELDS = [
  'ctProto', 'ctOrigSrc', 'ctOrigSrc1', 'ctOrigSrc2', 'ctOrigSrc3', 'ctOrigDst', 'ctOrigDst1', 'ctOrigDst2', 'ctOrigDst3',
  'ctReplSrc', 'ctReplSrc1', 'ctReplSrc2', 'ctReplSrc3', 'ctReplDst', 'ctReplDst1', 'ctReplDst2', 'ctReplDst3', 'ctOrigSrcPort', 'ctOrigDstPort', 'ctReplSrcPort', 'ctReplDstPort', 'ctStatus', 'ctExpires',
] as const satisfies readonly FieldName[];

export type CtEntryField = (typeof CT_ENTRY_FIELDS)[number];

/** What the host knows of a packet besides its bytes, which a stage of its own fills: only for rulesets that test one of them. */
export const AROUND_FIELDS = ['pktType', 'cpu', 'inGroup', 'outGroup', 'realm'] as const satisfies readonly FieldName[];

export type AroundField = (typeof AROUND_FIELDS)[number];

/** All fields that connection tracking fills. */
export const CT_FIELDS = ['ctState', 'ctDirection', ...CT_ENTRY_FIELDS] as const satisfies readonly FieldName[];

/** Bits of `ctStatus`: the kernel's IPS_*. */
export const CT_STATUS = { EXPECTED: 1, SEEN_REPLY: 2, ASSURED: 4, CONFIRMED: 8 } as const;
