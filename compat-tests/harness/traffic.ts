/** Generated packets (src/property, aimed at the bounds of the rules) as a trial sends them through a world. */
import { be16, readBe16 } from '../../src/net/bytes.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { formatIpv6Address, ipv6Address } from '../../src/net/ipv6-address.js';
import { formatMacAddress } from '../../src/net/ethernet.js';
import { generatePackets } from '../../src/property/generate-packets.js';
import type { GeneratedPacket } from '../../src/property/generated-packet.js';
import { readRuleset } from '../../src/property/read-ruleset.js';
import { DEFAULT_VOCABULARY, DEFAULT_VOCABULARY6, type Vocabulary } from '../../src/property/vocabulary.js';
import { askedBy, reasonAgainst, type Reason, type WayTo } from './left-out.js';
import { routes, type World } from './world.js';
import type { TwinPacket } from './packet.js';

/** Addresses and devices that mean something in this world; ports, marks and MAC addresses are the generator's. */
export function vocabularyOf(world: World): Vocabulary {
  if (world.family === 'ipv6') return vocabularyOf6(world);
  const routed = routes(world).map(({ prefix }) => prefix.replace(/^(\d+)\..*$/, (_, first: string) => `${Number(first) + 9}.7.7.7`));
  const around = world.interfaces.flatMap((wire) => [wire.address, wire.peerAddress, wire.address.replace(/\.\d+$/, '.200'), wire.address.replace(/\.\d+$/, '.255')]);
  const addresses = [...around, ...world.localAddresses, ...routed.slice(0, 7), '255.255.255.255', '224.0.0.1', '224.0.0.251'];
  return {
    ...DEFAULT_VOCABULARY,
    addresses: addresses.map(ipv4Address),
    interfaces: ['lo', ...world.interfaces.map((wire) => wire.name)],
    macs: [...world.interfaces.map((wire) => wire.peerMac), ...DEFAULT_VOCABULARY.macs],
  };
}

function vocabularyOf6(world: World): Vocabulary {
  const around = world.interfaces.flatMap((wire) => [wire.address, wire.peerAddress, wire.address.replace(/::1$/, '::200'), wire.address.replace(/::1$/, '::')]);
  const routed = routes(world).slice(1, 7).map(({ prefix }) => formatIpv6Address(ipv6Address(prefix.replace(/\/.*$/, '')) | (0xdb8n << 96n) | 7n));
  return {
    ...DEFAULT_VOCABULARY6,
    addresses: [...around, ...world.localAddresses, ...routed, 'ff02::1', 'ff02::2', 'ff02::fb', 'ff05::77', 'fe80::1'].map(ipv6Address),
    interfaces: ['lo', ...world.interfaces.map((wire) => wire.name)],
    macs: [...world.interfaces.map((wire) => wire.peerMac), ...DEFAULT_VOCABULARY6.macs],
  };
}

/** Addresses the dut answers to. */
function ownAddresses(world: World): bigint[] {
  return [...world.interfaces.map((wire) => wire.address), ...world.localAddresses].map(world.family === 'ipv4' ? ipv4Address : ipv6Address);
}

/** A raw socket's packet with id 0 gets a random one from the kernel: give it one of ours (the kernel makes the header checksum). */
function withOwnId(l3: Uint8Array, index: number): Uint8Array {
  if (l3[0]! >> 4 !== 4 || readBe16(l3, 4) !== 0) return l3;
  const out = Uint8Array.from(l3);
  out.set(be16((index % 0xffff) + 1), 4);
  return out;
}

/** By the networks of the devices, then by the routes, the longest prefix first. */
function waysOf(world: World): WayTo {
  if (world.family === 'ipv4') return () => undefined;
  const all = [...world.interfaces.map((wire) => [`${wire.address}/64`, wire.name] as const), ...routes(world).map(({ prefix, via }) => [prefix === 'default' ? '::/0' : prefix, via.name] as const)].map(([prefix, name]) => {
    const [address, length] = prefix.split('/') as [string, string];
    return { bits: ipv6Address(address), rest: 128n - BigInt(length), name };
  });
  all.sort((a, b) => Number(a.rest - b.rest));
  return (address) => all.find(({ bits, rest }) => bits >> rest === address >> rest)?.name;
}

/** How a generated packet is sent here: hints about devices are followed where the world has them. */
function asTwinPacket(world: World, packet: GeneratedPacket, index: number): TwinPacket {
  const { inIface, macSrc } = packet.meta;
  if (packet.hook === 'OUTPUT' || inIface === 'lo') return { kind: 'local', l3: withOwnId(packet.l3, index) };
  const wire = world.interfaces.find((each) => each.name === inIface) ?? world.interfaces[index % world.interfaces.length];
  if (wire === undefined) throw new Error('a world needs an interface');
  const mac = macSrc === undefined ? undefined : formatMacAddress(macSrc);
  const isUsable = mac !== undefined && (macSrc?.[0] ?? 1) % 2 === 0;
  return { kind: 'arrives', on: wire.name, l3: packet.l3, ...(isUsable ? { macSrc: mac } : {}) };
}

/** Packets of a trial, and how many were left out before the last of them. */
export interface Traffic {
  readonly packets: readonly TwinPacket[];
  readonly leftOut: ReadonlyMap<Reason, number>;
}

/** Rounds of generation at most: a world in which so little can be compared is not worth a trial. */
const ROUNDS = 100;

/**
 * `count` packets for a save file in a world; the same for the same seed. Packets that tc sees otherwise than the IP stack are left out.
 * Throws for rules that bpf-iptables does not understand, and where hardly any packet can be compared.
 */
export function trafficFor(rulesText: string, world: World, seed: number | string, count: number): Traffic {
  const options = { vocabulary: vocabularyOf(world), localAddresses: ownAddresses(world) };
  const own = new Set(ownAddresses(world));
  const asked = askedBy(rulesText);
  const wayTo = waysOf(world);
  const ruleset = readRuleset(rulesText, world.family);
  const packets: TwinPacket[] = [];
  const leftOut = new Map<Reason, number>();
  for (let round = 0; packets.length < count; round += 1) {
    if (round === ROUNDS) throw new Error(`only ${packets.length} of ${count} generated packets can be compared`);
    for (const [index, generated] of generatePackets(ruleset, round === 0 ? seed : `${seed} ${round}`, count - packets.length + 100, options).entries()) {
      if (packets.length === count) break;
      const packet = asTwinPacket(world, generated, index);
      const reason = reasonAgainst(packet, own, asked, wayTo);
      if (reason === undefined) packets.push(packet);
      else leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    }
  }
  return { packets, leftOut };
}
