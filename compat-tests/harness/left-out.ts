/**
 * Which generated packets are left out of a comparison, each for a difference that docs/semantics.md states. Scripted cases show those
 * differences; leaving the packets out of generated traffic lets everything else be held to exact equality.
 */
import { readBe16, readBe32 } from '../../src/net/bytes.js';
import { IPV6_HEADER } from '../../src/net/ipv6-extensions.js';
import { findHeader } from '../../src/net/ipv6-headers.js';
import { readIpv6Address } from '../../src/net/ipv6.js';
import type { TwinPacket } from './packet.js';

const LOOPBACK = 127n;
/** The first four bits of 224.0.0.0/4. */
const MULTICAST = 14n;

/** The rows of the divergence table in docs/semantics.md, shortened. */
export type Reason =
  | 'datagrams that stay incomplete'
  | 'own broadcasts that OUTPUT may drop'
  | 'answers to broadcast sources'
  | 'REJECT of forged packets'
  | 'fragments that a program sends itself'
  | 'own groups of one interface'
  | 'link-local destinations of no link'
  | 'options of CALIPSO and IOAM'
  | 'REJECT of IPv6 by another device'
  | 'answers to link-local sources';

/** What of a ruleset decides which packets can be compared. */
export interface Asked {
  /** Rules make the kernel reassemble every fragment before any chain: those that track connections, and those on sockets. */
  readonly tracked: boolean;
  readonly rejects: boolean;
  /** OUTPUT lets everything go: no rule there, and policy ACCEPT. */
  readonly outputOpen: boolean;
}

/** The device by which the host sends to an address of IPv6. */
export type WayTo = (address: bigint) => string | undefined;

/** What a save file asks. */
export function askedBy(rulesText: string): Asked {
  return {
    tracked: / -m (conntrack|state|connmark|connlimit|connbytes|helper|socket) /.test(rulesText),
    rejects: / -j REJECT/.test(rulesText),
    outputOpen: /^:OUTPUT ACCEPT/m.test(rulesText) && !/^-A OUTPUT /m.test(rulesText),
  };
}

/** Why this packet, by itself, is seen otherwise by tc than by the IP stack; undefined where it is not. `own` = addresses of the host. */
export function reasonAgainst(packet: TwinPacket, own: ReadonlySet<bigint>, asked: Asked, wayTo: WayTo): Reason | undefined {
  if (packet.l3[0]! >> 4 === 6) return reasonAgainst6(packet, own, asked, wayTo);
  const { tracked, rejects, outputOpen } = asked;
  const destination = BigInt(readBe32(packet.l3, 16));
  const source = BigInt(readBe32(packet.l3, 12));
  const isBroadcast = (address: bigint): boolean => (address & 0xffn) === 0xffn && [...own].some((each) => each >> 8n === address >> 8n);
  const isToAll = (address: bigint): boolean => address >> 28n === MULTICAST || address === 0xffffffffn;
  const isGroup = (address: bigint): boolean => isToAll(address) || isBroadcast(address);
  const isOwn = (address: bigint): boolean => own.has(address) || address >> 24n === LOOPBACK;
  if (!outputOpen && packet.kind === 'local' && isGroup(destination)) return 'own broadcasts that OUTPUT may drop';
  const answered = rejects || isOwn(destination) || destination === 0n || packet.l3[8]! <= 1;
  const martian = packet.kind === 'arrives' && isToAll(source);
  if ((tracked || !outputOpen) && isGroup(source) && answered && !martian) return 'answers to broadcast sources';
  if (packet.kind === 'local' && rejects && !isOwn(source)) return 'REJECT of forged packets';
  if ((readBe16(packet.l3, 6) & 0x3fff) === 0) return undefined;
  return tracked || isGroup(destination) || isOwn(destination) || destination === 0n ? 'datagrams that stay incomplete' : undefined;
}

function reasonAgainst6(packet: TwinPacket, own: ReadonlySet<bigint>, { tracked, rejects, outputOpen }: Asked, wayTo: WayTo): Reason | undefined {
  const { kind, l3 } = packet;
  const source = readIpv6Address(l3, 8);
  const isOwn = own.has(source) || source === 1n;
  const isFragment = typeof findHeader(l3, IPV6_HEADER.fragment) === 'object';
  if (!outputOpen && kind === 'local' && l3[24] === 0xff) return 'own broadcasts that OUTPUT may drop';
  // Scopes 0 and 1: IPv6 drops them behind OUTPUT, but on lo.
  if (kind === 'local' && l3[24] === 0xff && (l3[25]! & 0x0f) <= 1) return 'own groups of one interface';
  const isAnycast = [...own].some((each) => each >> 64n << 64n === source);
  if (rejects && (kind === 'local' ? !isOwn : isOwn || isAnycast)) return 'REJECT of forged packets';
  if (rejects && packet.kind === 'arrives') {
    if (source >> 118n === LINK_PREFIX >> 54n) return 'answers to link-local sources';
    if (!own.has(readIpv6Address(l3, 24)) && wayTo(source) !== packet.on) return 'REJECT of IPv6 by another device';
  }
  if (hasModuleOption(l3)) return 'options of CALIPSO and IOAM';
  if (kind === 'local' && isFragment) return tracked ? 'datagrams that stay incomplete' : 'fragments that a program sends itself';
  if (kind === 'arrives' && isLinkLocal(l3) && readIpv6Address(l3, 24) >> 64n !== LINK_PREFIX) return 'link-local destinations of no link';
  return tracked && isFragment ? 'datagrams that stay incomplete' : undefined;
}

/** fe80::/64, which is all of fe80::/10 that links have. */
const LINK_PREFIX = 0xfe80_0000_0000_0000n;

const [PAD1, CALIPSO, IOAM] = [0, 7, 49];

function hasModuleOption(l3: Uint8Array): boolean {
  if (l3[6] !== IPV6_HEADER.hopByHop) return false;
  const end = Math.min(l3.length, 40 + ((l3[41] ?? 0) + 1) * 8);
  for (let at = 42; at < end; at += l3[at] === PAD1 ? 1 : 2 + (l3[at + 1] ?? 0)) if (l3[at] === CALIPSO || l3[at] === IOAM) return true;
  return false;
}

function isLinkLocal(l3: Uint8Array): boolean {
  return l3[24] === 0xfe && (l3[25]! & 0xc0) === 0x80;
}

/** A line for each reason, with how many packets it cost; nothing where none was left out. */
export function leftOutText(leftOut: ReadonlyMap<Reason, number>): string {
  const lines = [...leftOut].map(([reason, packets]) => `  ${packets} for: ${reason}\n`);
  return lines.length === 0 ? '' : `generated packets not sent, because docs/semantics.md states the difference:\n${lines.join('')}`;
}
