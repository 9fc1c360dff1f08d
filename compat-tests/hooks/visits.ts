/** Generated packets as each hook would meet them: frame, context, and what the oracle is to be asked. */
import type { Hook } from '../../src/emit/spec.js';
import { readBe16 } from '../../src/net/bytes.js';
import { decodePacket } from '../../src/net/decode.js';
import { ethernet, ETHERTYPE } from '../../src/net/ethernet.js';
import { withHeaderChecksum } from '../../src/net/ipv4.js';
import type { PacketMeta, PacketView } from '../../src/net/packet-view.js';
import type { GeneratedPacket } from '../../src/property/generated-packet.js';
import { BUILTIN_CHAINS, type BuiltinChain } from '../../src/ruleset/model.js';
import { NO_META, type Device, type HookWorld } from './world.js';

export interface Visit {
  readonly hook: Hook;
  readonly data: Uint8Array;
  readonly context: Uint8Array;
  /** Undefined: not to be judged. */
  readonly asked: { readonly chain: BuiltinChain; readonly packet: PacketView } | undefined;
}

export const PEER = Uint8Array.of(2, 0, 0, 0, 0, 2);
const NFPROTO_IPV4 = 2;

/** struct __sk_buff as far as a test run takes it: mark and ifindex. */
export function skbContext(mark: number, ifindex: number): Uint8Array {
  const bytes = new Uint8Array(44);
  new DataView(bytes.buffer).setUint32(8, mark, true);
  new DataView(bytes.buffer).setUint32(40, ifindex, true);
  return bytes;
}

/** struct xdp_md: data_end and ingress_ifindex. */
export function xdpContext(length: number, ifindex: number): Uint8Array {
  const bytes = new Uint8Array(24);
  new DataView(bytes.buffer).setUint32(4, length, true);
  new DataView(bytes.buffer).setUint32(12, ifindex, true);
  return bytes;
}

/** With address types as the local table gives them for the devices of `meta`. */
function typed(world: HookWorld, l3: Uint8Array, meta: PacketMeta): PacketView {
  const { src, dst } = decodePacket(l3, NO_META);
  const { inIface, outIface } = meta;
  return decodePacket(l3, {
    ...meta,
    srcType: world.type(src),
    dstType: world.type(dst),
    srcTypeIface: world.type(src, inIface),
    dstTypeIface: world.type(dst, inIface),
    srcTypeOutIface: world.type(src, outIface),
    dstTypeOutIface: world.type(dst, outIface),
  });
}

function forwarded(l3: Uint8Array): Uint8Array {
  const out = Uint8Array.from(l3);
  out[8] = out[8]! - 1;
  return withHeaderChecksum(out);
}

/** What XDP leaves to tc: devices without Ethernet header, IP options, and fragments to the host. */
function leftByXdp(l3: Uint8Array, device: Device, chain: BuiltinChain | 'none'): boolean {
  return !device.ethernet || (l3[0]! & 15) > 5 || (chain === 'INPUT' && (readBe16(l3, 6) & 0x3fff) !== 0);
}

/** A packet that comes in on `device`: as tc and XDP see it. Empty where the chain is not for this test to say. */
function arriving(world: HookWorld, packet: GeneratedPacket, device: Device): Visit[] {
  const { l3 } = packet;
  const chain = world.chainAtIngress(l3, device.name);
  if (chain === undefined) return [];
  const source = packet.meta.macSrc ?? PEER;
  const data = ethernet(device.mac, source, ETHERTYPE.ipv4, l3);
  const asked = (mark: number): Visit['asked'] => {
    if (chain === 'none') return undefined;
    const { dst } = decodePacket(l3, NO_META);
    const outIface = chain === 'FORWARD' ? world.way(dst) : undefined;
    const meta = { ...NO_META, mark, inIface: device.name, ...(device.ethernet ? { macSrc: source } : {}), ...(outIface === undefined ? {} : { outIface }) };
    return { chain, packet: typed(world, chain === 'FORWARD' ? forwarded(l3) : l3, meta) };
  };
  return [
    { hook: 'tc-ingress', data, context: skbContext(packet.meta.mark, device.ifindex), asked: asked(packet.meta.mark) },
    { hook: 'xdp', data, context: xdpContext(data.length, device.ifindex), asked: leftByXdp(l3, device, chain) ? undefined : asked(0) },
  ];
}

/** A packet of the host's own that goes out through `device`: tc egress. */
function leaving(world: HookWorld, packet: GeneratedPacket, device: Device): Visit {
  const { mark } = packet.meta;
  const asked = { chain: 'OUTPUT', packet: typed(world, packet.l3, { ...NO_META, mark, outIface: device.name }) } as const;
  return { hook: 'tc-egress', data: ethernet(PEER, device.mac, ETHERTYPE.ipv4, packet.l3), context: skbContext(mark, device.ifindex), asked };
}

/**
 * At netfilter a test run is told the hook and has lo for all devices; the mark is 0, and there is no MAC.
 * @param asOutput the kernel gives devices as in OUTPUT whatever the hook (6.18 does).
 */
export function atNetfilter(world: HookWorld, packet: GeneratedPacket, asOutput: boolean): Visit {
  const chain = packet.hook;
  const lo = world.device('lo');
  const inIface = asOutput || chain === 'OUTPUT' ? undefined : lo.name;
  const meta: PacketMeta = { ...NO_META, ...(inIface === undefined ? {} : { inIface }), ...(chain === 'INPUT' && !asOutput ? {} : { outIface: lo.name }) };
  const data = chain === 'OUTPUT' ? packet.l3 : ethernet(lo.mac, lo.mac, ETHERTYPE.ipv4, packet.l3);
  // enum nf_inet_hooks: LOCAL_IN 1, FORWARD 2, LOCAL_OUT 3.
  return { hook: 'netfilter', data, context: Uint8Array.of(1 + BUILTIN_CHAINS.indexOf(chain), NFPROTO_IPV4), asked: { chain, packet: typed(world, packet.l3, meta) } };
}

/** All hooks that a generated packet can be shown to. The devices of its metadata count where the world has them. `asOutput`: see atNetfilter. */
export function visits(world: HookWorld, packet: GeneratedPacket, asOutput: boolean): Visit[] {
  const device = (name: string | undefined): Device => world.devices.get(name ?? '') ?? world.device('eth0');
  const throughDevices = packet.hook === 'OUTPUT' ? [leaving(world, packet, device(packet.meta.outIface))] : arriving(world, packet, device(packet.meta.inIface));
  return [...throughDevices, atNetfilter(world, packet, asOutput)];
}
