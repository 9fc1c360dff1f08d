/**
 * Lowered steps against the oracle's evaluate, which is written separately: the rules of all vectors, over packets drawn from
 * the values that the rule names, one below, one above, and from truncated headers and fragments.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADDRESS_WORDS, CT_STATE, L4_STATE, type FieldName } from '../ir/field.js';
import type { Predicate, Step } from '../ir/predicate.js';
import type { CtEntry, PacketMeta, PacketView } from '../net/packet-view.js';
import { parseCommand } from '../parse/parse-command.js';
import { matchExtension } from './registry.js';
import { hasTcpOption } from './tcp/tcp-options.js';
import type { Family } from '../ruleset/model.js';
import { parseVectors, splitWords, vectorFamily } from './vectors/vector-file.js';

const HERE = import.meta.dirname;
const PACKETS_PER_RULE = 400;
const L4_LENGTHS = [0, 3, 4, 7, 8, 19, 20, 23, 24, 32, 60];
const PROTOCOLS = [1, 6, 17, 58];

/** Numbers from 0 up to `below`, the same in every run. */
class Dice {
  constructor(private seed: number) {}

  roll(below: number): number {
    this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.seed / 2 ** 32) * below);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.roll(from.length)]!;
  }
}

/** Every number in a rule's data, one below and one above. */
function interesting(data: unknown): readonly bigint[] {
  const found: bigint[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'number' || typeof value === 'bigint') found.push(BigInt(value));
    else if (value && typeof value === 'object') Object.values(value).forEach(visit);
  };
  visit(data);
  return found.flatMap((value) => [value - 1n, value, value + 1n]);
}

function drawMeta(dice: Dice, family: Family, values: readonly bigint[], macs: readonly Uint8Array[]): PacketMeta {
  const mac = dice.roll(4) === 0 ? undefined : dice.pick(macs);
  return {
    mark: Number(BigInt.asUintN(32, dice.pick(values))),
    ...(mac ? { macSrc: mac } : {}),
    srcType: dice.roll(12),
    dstType: dice.roll(12),
    srcTypeIface: dice.roll(12),
    dstTypeIface: dice.roll(12),
    srcTypeOutIface: dice.roll(12),
    dstTypeOutIface: dice.roll(12),
    ctState: dice.pick(['INVALID', 'ESTABLISHED', 'RELATED', 'NEW', 'UNTRACKED'] as const),
    ctEntry: drawEntry(dice, family, values),
    pktType: dice.pick([0, 1, 2, 3, 5]),
    cpu: Number(BigInt.asUintN(32, dice.pick(values))),
    inGroup: Number(BigInt.asUintN(32, dice.pick(values))),
    outGroup: Number(BigInt.asUintN(32, dice.pick(values))),
    realm: Number(BigInt.asUintN(32, dice.pick(values))),
    now: 0n,
  };
}

/** An address that the rule names, one beside it, or one that differs from it in a word. */
function drawAddress(dice: Dice, family: Family, values: readonly bigint[]): bigint {
  const anything = (): bigint => BigInt(dice.roll(2 ** 32));
  if (family === 'ipv4') return BigInt.asUintN(32, dice.roll(3) ? dice.pick(values) : anything());
  if (dice.roll(6) === 0) return dice.pick([0n, 1n, 0xff02n << 112n, (0xffffn << 32n) | anything(), (0xfe80n << 112n) | anything()]);
  const base = BigInt.asUintN(128, dice.pick(values));
  const shift = BigInt(32 * dice.roll(4));
  const word = dice.pick([0n, 0xffffffffn, anything(), ((base >> shift) & 0xffffffffn) ^ 1n]);
  return dice.roll(2) ? base : (base & ~(0xffffffffn << shift)) | (word << shift);
}

function drawEntry(dice: Dice, family: Family, values: readonly bigint[]): CtEntry {
  const draw = (bits: number): bigint => BigInt.asUintN(bits, dice.roll(3) ? dice.pick(values) : BigInt(dice.roll(2 ** bits)));
  const tuple = () => ({ src: drawAddress(dice, family, values), dst: drawAddress(dice, family, values), sport: Number(draw(16)), dport: Number(draw(16)) });
  return {
    direction: dice.pick(['ORIGINAL', 'REPLY'] as const),
    protocol: Number(draw(8)),
    original: tuple(),
    reply: tuple(),
    status: dice.roll(16),
    expires: Number(draw(32)),
  };
}

function drawPacket(dice: Dice, family: Family, values: readonly bigint[], macs: readonly Uint8Array[]): PacketView {
  const draw = (bits: number): number => Number(BigInt.asUintN(bits, dice.roll(3) ? dice.pick(values) : BigInt(dice.roll(2 ** bits))));
  const l4 = new Uint8Array(dice.pick(L4_LENGTHS)).map(() => draw(8));
  for (const at of [0, 2]) {
    const port = draw(16);
    if (l4.length >= at + 2) l4.set([port >> 8, port & 0xff], at);
  }
  if (l4.length > 12) l4[12] = dice.pick([4, 5, 6, 8, 15]) << 4;
  return {
    family,
    meta: drawMeta(dice, family, values, macs),
    src: drawAddress(dice, family, values),
    dst: drawAddress(dice, family, values),
    protocol: dice.pick(PROTOCOLS),
    ttl: draw(8),
    tos: draw(8),
    length: draw(16),
    fragmentOffset: dice.pick([0, 0, 0, 0, 1, 2, 185]),
    moreFragments: false,
    l3: new Uint8Array(20),
    l4,
  };
}

/** A word of an address; undefined for other fields. */
function wordOf({ family, src, dst, meta }: PacketView, field: FieldName): bigint | undefined {
  const { original, reply } = meta.ctEntry!;
  const addresses = { src, dst, ctOrigSrc: original.src, ctOrigDst: original.dst, ctReplSrc: reply.src, ctReplDst: reply.dst };
  for (const [name, words] of Object.entries(ADDRESS_WORDS)) {
    const index = (words as readonly FieldName[]).indexOf(field);
    if (index < 0) continue;
    if (family === 'ipv4' && index > 0) throw new Error(`no match of IPv4 lowers to ${field}`);
    return (addresses[name as keyof typeof addresses] >> BigInt(family === 'ipv4' ? 0 : 96 - 32 * index)) & 0xffffffffn;
  }
  return undefined;
}

/** The packet record's fields as the entry stage fills them; the layer-4 ones stay 0 where the header is not there. */
function fieldOf(packet: PacketView, field: FieldName): bigint {
  const { l4, meta } = packet;
  const header = packet.fragmentOffset === 0 ? l4 : new Uint8Array();
  const byte = (at: number): bigint => BigInt(header[at] ?? 0);
  const short = (at: number): bigint => (header.length >= 4 ? (byte(at) << 8n) | byte(at + 1) : 0n);
  const dataOffset = (header[12] ?? 0) >> 4;
  const ofAddress = wordOf(packet, field);
  if (ofAddress !== undefined) return ofAddress;
  switch (field) {
    case 'proto':
      return BigInt(packet.protocol);
    case 'length':
      return BigInt(packet.length);
    case 'ttl':
      return BigInt(packet.ttl);
    case 'tos':
      return BigInt(packet.tos);
    case 'fragOffset':
      return BigInt(packet.fragmentOffset);
    case 'sport':
      return short(0);
    case 'dport':
      return short(2);
    case 'tcpFlags':
      return header.length >= 20 ? byte(13) : 0n;
    case 'icmpType':
      return header.length >= 8 ? byte(0) : 0n;
    case 'icmpCode':
      return header.length >= 8 ? byte(1) : 0n;
    case 'mark':
      return BigInt(meta.mark);
    case 'macSrc':
      return (meta.macSrc ?? new Uint8Array(6)).reduce((sum, b) => (sum << 8n) | BigInt(b), 0n);
    case 'hasMac':
      return meta.macSrc ? 1n : 0n;
    case 'srcType':
    case 'dstType':
    case 'srcTypeIface':
    case 'dstTypeIface':
    case 'srcTypeOutIface':
    case 'dstTypeOutIface':
      return BigInt(meta[field]);
    case 'pktType':
    case 'cpu':
    case 'inGroup':
    case 'outGroup':
    case 'realm':
      return BigInt(meta[field]!);
    case 'ctState':
      return BigInt(CT_STATE[meta.ctState.toLowerCase() as keyof typeof CT_STATE]);
    case 'ctDirection':
      return meta.ctEntry!.direction === 'REPLY' ? 1n : 0n;
    case 'ctProto':
      return BigInt(meta.ctEntry!.protocol);
    case 'ctStatus':
      return BigInt(meta.ctEntry!.status);
    case 'ctExpires':
      return BigInt(meta.ctEntry!.expires);
    case 'ctOrigSrcPort':
      return BigInt(meta.ctEntry!.original.sport);
    case 'ctOrigDstPort':
      return BigInt(meta.ctEntry!.original.dport);
    case 'ctReplSrcPort':
      return BigInt(meta.ctEntry!.reply.sport);
    case 'ctReplDstPort':
      return BigInt(meta.ctEntry!.reply.dport);
    case 'l4State': {
      if (packet.fragmentOffset !== 0) return 0n;
      let state = 0;
      if (l4.length < 20) state |= L4_STATE.short20;
      if (l4.length < 8) state |= L4_STATE.short8;
      if (l4.length < 4) state |= L4_STATE.short4;
      if (l4.length < 20 || dataOffset < 5 || dataOffset * 4 > l4.length) state |= L4_STATE.tcpOptionsCut;
      return BigInt(state);
    }
    default:
      throw new Error(`no match lowers to ${field}`);
  }
}

function holds(predicate: Predicate, packet: PacketView): boolean {
  switch (predicate.kind) {
    case 'const':
      return predicate.value;
    case 'test': {
      const value = fieldOf(packet, predicate.field) & (predicate.mask ?? ~0n);
      return value >= predicate.lo && value <= predicate.hi;
    }
    case 'tcp-option':
      return hasTcpOption(packet.l4.subarray(20, (packet.l4[12]! >> 4) * 4), predicate.option);
    case 'not':
      return !holds(predicate.of, packet);
    case 'all':
      return predicate.of.every((part) => holds(part, packet));
    case 'any':
      return predicate.of.some((part) => holds(part, packet));
  }
}

function walk(steps: readonly Step[], packet: PacketView): boolean | 'hotdrop' {
  for (const step of steps) {
    if (step.kind === 'call') throw new Error('pure matches call nothing');
    const value = holds(step.predicate, packet);
    if (step.kind === 'hotdrop-if' && value) return 'hotdrop';
    if (step.kind === 'require' && !value) return false;
  }
  return true;
}

/** The matches of all accepted vectors of a family that lower to fields alone, by name. */
function vectorMatches(family: Family): ReadonlyMap<string, readonly unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const file of readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter((name) => vectorFamily(name) === family)) {
    for (const { chain, spec, outcome } of parseVectors(readFileSync(path.join(HERE, file), 'utf8'))) {
      if (outcome?.kind !== 'accepted') continue;
      const command = parseCommand(['-A', chain, ...splitWords(spec)], { family, programName: 'iptables', hasChain: () => false });
      if (command.kind !== 'append') throw new Error(`not an append: ${spec}`);
      for (const { name, data } of command.rules.flatMap((rule) => rule.matches)) {
        const { effect, calls } = matchExtension(name, family)!;
        if (effect === 'pure' && calls !== true) found.set(name, [...(found.get(name) ?? []), data]);
      }
    }
  }
  return found;
}

const MACS = [Uint8Array.of(0, 0x11, 0x22, 0x33, 0x44, 0x55), Uint8Array.of(0, 0x11, 0x22, 0xaa, 0xbb, 0xcc), Uint8Array.of(1, 2, 3, 4, 5, 6)];
const READS_LAYER_4 = ['tcp', 'udp', 'icmp', 'icmp6', 'multiport'];

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

describe.each(FAMILIES)('lower and evaluate agree: %s', (family) => {
  it.each([...vectorMatches(family)])('%s', (name, uses) => {
    const match = matchExtension(name, family)!;
    const dice = new Dice(20260807);
    const seen = new Map<boolean | 'hotdrop', number>();
    for (const data of uses) {
      const steps = match.lower(data, family);
      const values = [0n, ...interesting(data)];
      for (let i = 0; i < PACKETS_PER_RULE; i += 1) {
        const packet = drawPacket(dice, family, values, MACS);
        const expected = match.evaluate(data, packet, new Map());
        const lowered = walk(steps, packet);
        if (lowered !== expected) expect({ data, packet, lowered }).toEqual({ data, packet, lowered: expected });
        seen.set(expected, (seen.get(expected) ?? 0) + 1);
      }
    }
    expect(seen.get(true) ?? 0).toBeGreaterThan(uses.length);
    if (name !== 'comment') expect(seen.get(false) ?? 0).toBeGreaterThan(uses.length);
    expect((seen.get('hotdrop') ?? 0) > uses.length).toBe(READS_LAYER_4.includes(name));
  });
});
