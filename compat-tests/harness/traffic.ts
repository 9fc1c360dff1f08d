/** Generated packets (src/property, aimed at the bounds of the rules) as a trial sends them through a world. */
import { be16, readBe16, readBe32 } from '../../src/net/bytes.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { formatMacAddress } from '../../src/net/ethernet.js';
import { generatePackets } from '../../src/property/generate-packets.js';
import type { GeneratedPacket } from '../../src/property/generated-packet.js';
import { readRuleset } from '../../src/property/read-ruleset.js';
import { DEFAULT_VOCABULARY, type Vocabulary } from '../../src/property/vocabulary.js';
import { Conversations } from './conversations.js';
import { routes, type World } from './world.js';
import type { TwinPacket } from './packet.js';

/** Addresses and devices that mean something in this world; ports, marks and MAC addresses are the generator's. */
export function vocabularyOf(world: World): Vocabulary {
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

/** Addresses the dut answers to. */
function ownAddresses(world: World): bigint[] {
  return [...world.interfaces.map((wire) => wire.address), ...world.localAddresses].map(ipv4Address);
}

/** A raw socket's packet with id 0 gets a random one from the kernel: give it one of ours (the kernel makes the header checksum). */
function withOwnId(l3: Uint8Array, index: number): Uint8Array {
  if (readBe16(l3, 4) !== 0) return l3;
  const out = Uint8Array.from(l3);
  out.set(be16((index % 0xffff) + 1), 4);
  return out;
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

const SCTP = 132;

/** Whether rules make the kernel track connections, and with it reassemble every fragment before any chain. */
export function tracksConnections(rulesText: string): boolean {
  return / -m (conntrack|state|connmark|connlimit|connbytes|helper) /.test(rulesText);
}

/** What of a ruleset decides which packets can be compared. */
interface Asked {
  readonly tracked: boolean;
  readonly rejects: boolean;
}

/**
 * Whether tc sees this packet as the IP stack does. Left out, because docs/semantics.md states them and scripted cases cover them:
 * fragments that the kernel reassembles before any chain ("Fragments to the host"), that is all but forwarded ones, and those too where
 * connections are tracked; SCTP where connections are tracked ("SCTP"); where rules reject, what the host sends with a source that is not
 * its own ("REJECT of forged packets"); the host's own broadcasts and multicasts, and packets from such an address, which it would answer with one
 * ("Own broadcasts that OUTPUT drops").
 */
function isSeenAlike(packet: TwinPacket, own: ReadonlySet<bigint>, { tracked, rejects }: Asked): boolean {
  if (tracked && packet.l3[9] === SCTP) return false;
  const isFragment = (readBe16(packet.l3, 6) & 0x3fff) !== 0;
  const destination = BigInt(readBe32(packet.l3, 16));
  const source = BigInt(readBe32(packet.l3, 12));
  const isBroadcast = (address: bigint): boolean => (address & 0xffn) === 0xffn && [...own].some((each) => each >> 8n === address >> 8n);
  const isGroup = (address: bigint): boolean => address >> 24n >= 224n || isBroadcast(address);
  if ((packet.kind === 'local' && isGroup(destination)) || isGroup(source)) return false;
  if (packet.kind === 'local' && rejects && !own.has(source) && source >> 24n !== 127n) return false;
  const isForHost = own.has(destination) || destination >> 24n === 127n || destination === 0n;
  return !isFragment || (!tracked && !isGroup(destination) && !isForHost);
}

/**
 * `count` packets for a save file in a world; the same for the same seed. Packets that tc sees otherwise than the IP stack are left out.
 * Throws for rules that bpf-iptables does not understand.
 */
export function trafficFor(rulesText: string, world: World, seed: number | string, count: number): TwinPacket[] {
  const options = { vocabulary: vocabularyOf(world), localAddresses: ownAddresses(world) };
  const own = new Set(ownAddresses(world));
  const asked = { tracked: tracksConnections(rulesText), rejects: / -j REJECT/.test(rulesText) };
  const ruleset = readRuleset(rulesText);
  const conversations = new Conversations();
  const usable: TwinPacket[] = [];
  for (let round = 0; usable.length < count; round += 1) {
    const generated = generatePackets(ruleset, round === 0 ? seed : `${seed} ${round}`, count - usable.length + 100, options);
    usable.push(
      ...generated
        .map((packet, index) => ({ packet: asTwinPacket(world, packet, index), conversation: conversations.of(packet.flow), single: packet.flow === undefined }))
        .filter(({ packet, conversation, single }) => isSeenAlike(packet, own, asked) && (!asked.tracked || conversations.fits(packet.l3, conversation, single)))
        .map(({ packet }) => packet),
    );
  }
  return usable.slice(0, count);
}
