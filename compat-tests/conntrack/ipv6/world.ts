/** The world of conntrack's tests with IPv6: the addresses of its interfaces said again as translated.ts has them, and frames. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ipBatch, setSysctls } from '../../harness/namespaces.js';
import { wireBytes, type TwinPacket } from '../../harness/packet.js';
import type { Side } from '../../harness/side.js';
import type { World } from '../../harness/world.js';
import { textInIpv6, translated } from './translated.js';

/** Until the host has told its neighbours of the groups it listens to, and said so again. */
const REPORTS_MS = 3000;

/** What fills a frame in IPv4 is longer in IPv6, the more with extension headers. */
const MTU = 1800;

/** Gives the dut its IPv6 addresses and neighbours; the peers stay silent. */
export async function speakIpv6(side: Side, world: World): Promise<void> {
  const conf = (name: string, value: string, ...devices: readonly string[]): (readonly [string, string])[] => devices.map((device) => [`ipv6/conf/${device}/${name}`, value]);
  const devices = world.interfaces.map(({ name }) => name);
  setSysctls(side.dut, [
    ...conf('disable_ipv6', '0', 'all', 'default', 'lo', ...devices),
    ...conf('forwarding', '1', 'all'),
    ...conf('accept_redirects', '0', 'all', ...devices),
    ...conf('router_solicitations', '0', ...devices),
    ['ipv6/icmp/ratelimit', '0'],
  ]);
  for (const { name, peer } of world.interfaces) for (const namespace of [side.dut, side[peer]]) ipBatch(namespace, [`link set ${name} mtu ${MTU}`]);
  ipBatch(side.dut, [
    ...world.interfaces.map((wire) => `addr add ${textInIpv6(wire.address)}/64 dev ${wire.name} nodad`),
    ...world.interfaces.map((wire) => `neigh replace ${textInIpv6(wire.peerAddress)} lladdr ${wire.peerMac} nud permanent dev ${wire.name}`),
  ]);
  await sleep(REPORTS_MS);
}

/** As wireBytes() of the harness, in IPv6 whatever the packet's own family. */
export function wireBytes6(world: World, packet: TwinPacket): Uint8Array {
  return wireBytes({ ...world, family: 'ipv6' }, { ...packet, l3: translated(packet.l3) });
}
