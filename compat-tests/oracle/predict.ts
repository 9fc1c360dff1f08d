/** What the oracle says about a packet that met a hook of the dut: metadata from the world, the packet as its chain sees it. */
import { decodePacket } from '../../src/net/decode.js';
import { formatIpv4Address } from '../../src/net/ipv4-address.js';
import { withHeaderChecksum } from '../../src/net/ipv4.js';
import { macAddress } from '../../src/net/ethernet.js';
import type { PacketMeta, PacketView } from '../../src/net/packet-view.js';
import { interpret } from '../../src/oracle/interpret.js';
import { newOracleState, ruleKey } from '../../src/oracle/state.js';
import type { BuiltinChain, Ruleset } from '../../src/ruleset/model.js';
import { interfaceNamed, type World } from '../harness/world.js';
import type { TwinPacket } from '../harness/packet.js';
import { addressType } from './address-types.js';
import type { Judge, Judgement } from './judge.js';

/** The packet as the chain of `hook` sees it: in FORWARD with its TTL taken down by one. */
export function packetAt(hook: BuiltinChain, packet: TwinPacket, world: World, judge: Judge): PacketView {
  const l3 = hook === 'FORWARD' ? forwarded(packet.l3) : packet.l3;
  const plain: PacketMeta = { mark: 0, srcType: 0, dstType: 0, srcTypeIface: 0, dstTypeIface: 0, srcTypeOutIface: 0, dstTypeOutIface: 0, ctState: 'UNTRACKED', now: 0n };
  const { src, dst } = decodePacket(l3, plain);
  const inIface = packet.kind === 'local' ? undefined : packet.on;
  const outIface = hook === 'INPUT' ? undefined : judge.outDevice(formatIpv4Address(dst));
  const type = (address: bigint, device?: string): number => addressType(judge.localRoutes, address, device);
  const meta: PacketMeta = {
    ...plain,
    ...(inIface === undefined ? {} : { inIface, macSrc: macAddress((packet.kind === 'arrives' ? packet.macSrc : undefined) ?? interfaceNamed(world, inIface).peerMac) }),
    ...(outIface === undefined ? {} : { outIface }),
    srcType: type(src),
    dstType: type(dst),
    srcTypeIface: type(src, inIface),
    dstTypeIface: type(dst, inIface),
    srcTypeOutIface: type(src, outIface),
    dstTypeOutIface: type(dst, outIface),
  };
  return decodePacket(l3, meta);
}

function forwarded(l3: Uint8Array): Uint8Array {
  const out = Uint8Array.from(l3);
  out[8] = out[8]! - 1;
  return withHeaderChecksum(out);
}

/** The oracle's word in the form of a Judgement. */
export function predict(ruleset: Ruleset, hook: BuiltinChain, packet: PacketView): Judgement {
  const outcome = interpret(ruleset, hook, packet, newOracleState());
  const counts = new Map<string, number>();
  for (const entry of outcome.trail) counts.set(ruleKey(entry), (counts.get(ruleKey(entry)) ?? 0) + 1);
  const moved = [...counts].map(([key, count]) => `${key} x${count}/${count * packet.length}`).sort();
  return { hook, accepted: outcome.verdict === 'accept', moved };
}
