/** What was seen arriving, made comparable: values a kernel picks at random are blanked, everything else is compared byte for byte. */
import { readBe16 } from '../../src/net/bytes.js';
import { internetChecksum, onesComplementSum, transportChecksum } from '../../src/net/checksum.js';
import { findHeader } from '../../src/net/ipv6-headers.js';
import { readIpv6Address } from '../../src/net/ipv6.js';
import { describeIp, hexOf } from './describe.js';

const ETHERNET_HEADER = 14;
const TIMESTAMP_REPLY = 14;
const CHECKSUM_OFFSET: Readonly<Record<number, number>> = { 6: 16, 17: 6 };

export interface Seen {
  /** Where: `client eth0`, `server eth1`, `dut udp`. */
  readonly where: string;
  /** Comparable form. */
  readonly key: string;
  readonly text: string;
}

/** Makes an IP packet comparable. `isOwn` says whether an address is the dut's: its kernel chooses the IP id of what it originates. */
function comparable(l3: Uint8Array, isOwn: (address: string) => boolean): Uint8Array {
  const out = Uint8Array.from(l3);
  if (out.length < 20) return out;
  if (out[0]! >> 4 === 6) return comparable6(out);
  const headerLength = (out[0]! & 15) * 4;
  if (isOwn([...out.subarray(12, 16)].join('.'))) out.set([0, 0], 4);
  out.set(internetChecksum(out.subarray(0, headerLength)) === 0 || isOwn([...out.subarray(12, 16)].join('.')) ? [0, 0] : out.subarray(10, 12), 10);
  blankGoodChecksum(out, headerLength);
  blankTimestamps(out, headerLength);
  return out;
}

/** IPv6 has no value that a kernel picks but checksums that are left to the device. */
function comparable6(packet: Uint8Array): Uint8Array {
  const found = packet.length < 40 ? 'cut' : findHeader(packet);
  if (typeof found !== 'object' || found.fragmentOffset !== 0) return packet;
  const at = CHECKSUM_OFFSET[found.protocol];
  const l4 = packet.subarray(found.offset);
  if (at === undefined || l4.length < at + 2) return packet;
  const [src, dst] = [readIpv6Address(packet, 8), readIpv6Address(packet, 24)];
  const zeroed = Uint8Array.from(l4);
  zeroed.set([0, 0], at);
  const pseudo = Uint8Array.of(...packet.subarray(8, 40), 0, 0, (l4.length >> 8) & 0xff, l4.length & 0xff, 0, 0, 0, found.protocol);
  const value = readBe16(l4, at);
  if (value === transportChecksum(src, dst, found.protocol, zeroed, 'ipv6') || value === onesComplementSum(pseudo)) l4.set([0xff, 0xff], at);
  return packet;
}

/** An ICMP timestamp reply says what time it is, in milliseconds: receive and transmit timestamps are blanked, and the checksum over them. */
function blankTimestamps(packet: Uint8Array, headerLength: number): void {
  const isReply = packet[9] === 1 && (readBe16(packet, 6) & 0x1fff) === 0 && packet[headerLength] === TIMESTAMP_REPLY;
  if (!isReply || packet.length < headerLength + 20) return;
  packet.fill(0, headerLength + 2, headerLength + 4);
  packet.fill(0, headerLength + 12, headerLength + 20);
}

/** A checksum left to the device (only the pseudo header summed) and a right one are the same packet: both become 0xffff. */
function blankGoodChecksum(packet: Uint8Array, headerLength: number): void {
  const at = CHECKSUM_OFFSET[packet[9]!];
  const l4 = packet.subarray(headerLength, readBe16(packet, 2));
  const isFragment = (readBe16(packet, 6) & 0x3fff) !== 0;
  if (at === undefined || isFragment || l4.length < at + 2) return;
  const address = (offset: number): bigint => BigInt(readBe16(packet, offset)) * 0x10000n + BigInt(readBe16(packet, offset + 2));
  const zeroed = Uint8Array.from(l4);
  const found = readBe16(l4, at);
  zeroed.set([0, 0], at);
  const right = transportChecksum(address(12), address(16), packet[9]!, zeroed);
  const pseudo = Uint8Array.of(...packet.subarray(12, 20), 0, packet[9]!, (l4.length >> 8) & 0xff, l4.length & 0xff);
  if (found === right || found === onesComplementSum(pseudo)) l4.set([0xff, 0xff], at);
}

const MLD_REPORT = 143;

/**
 * Whether a frame is the kernel telling the link which groups it has joined (MLDv2 report, RFC 3810, without an address of its own yet or from a link-local one): it
 * does so at times of its own, for its own interface, whatever the rules.
 */
export function isGroupReport(level: 'device' | 'host' | 'payload', bytes: Uint8Array): boolean {
  const l3 = level === 'device' ? bytes.subarray(ETHERNET_HEADER) : bytes;
  if (level === 'payload' || l3.length < 48 || l3[0]! >> 4 !== 6) return false;
  const found = findHeader(l3);
  return typeof found === 'object' && found.protocol === 58 && l3[found.offset] === MLD_REPORT && readIpv6Address(l3, 24) === 0xff02_0000_0000_0000_0000_0000_0000_0016n;
}

/** A received frame (`device`), packet (`host`) or what an IPv6 socket gives (`payload`) as a Seen. */
export function seen(where: string, level: 'device' | 'host' | 'payload', bytes: Uint8Array, isOwn: (address: string) => boolean): Seen {
  if (level === 'payload') return { where, key: `${where} ${hexOf(bytes)}`, text: `${where}: ${bytes.length} bytes ${hexOf(bytes.subarray(0, 40))}` };
  const l3 = level === 'device' ? bytes.subarray(ETHERNET_HEADER) : bytes;
  const link = level === 'device' ? Buffer.from(bytes.subarray(0, ETHERNET_HEADER)).toString('hex') : '';
  return { where, key: `${where} ${link} ${Buffer.from(comparable(l3, isOwn)).toString('hex')}`, text: `${where}: ${describeIp(l3)}` };
}

export interface SeenDifference {
  readonly onlyLeft: readonly Seen[];
  readonly onlyRight: readonly Seen[];
}

/** Compares two sets of arrivals, with their numbers of copies; order does not count. */
export function compareSeen(left: readonly Seen[], right: readonly Seen[]): SeenDifference {
  const counts = new Map<string, number>();
  for (const each of right) counts.set(each.key, (counts.get(each.key) ?? 0) + 1);
  const onlyLeft = left.filter((each) => !take(counts, each.key));
  const remaining = new Map(counts);
  const onlyRight = right.filter((each) => take(remaining, each.key));
  return { onlyLeft, onlyRight };
}

function take(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0;
  if (count === 0) return false;
  counts.set(key, count - 1);
  return true;
}
