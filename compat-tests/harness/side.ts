/** One side of the twins: the three namespaces client, dut and server, wired as a World says. */
import { createNamespace, ipBatch, removeNamespace, setSysctls } from './namespaces.js';
import { speakIpv6 } from './side6.js';
import { routes, type World } from './world.js';

export interface Side {
  readonly label: string;
  readonly dut: string;
  readonly client: string;
  readonly server: string;
}

export interface SideOptions {
  /** Give the peers their addresses and routes through the dut, so that ordinary sockets work there (default: silent peers). */
  readonly peersSpeak?: boolean;
  readonly forwarding?: boolean;
  /** Let the dut resolve neighbours by ARP. Default off: nobody would answer, and failed resolutions send ICMP errors seconds later. */
  readonly arp?: boolean;
}

/** Builds the namespaces of one side. `label` must be unique in this process. */
export function createSide(label: string, world: World, options: SideOptions = {}): Side {
  const side: Side = {
    label,
    dut: createNamespace(`${label}-dut`),
    client: createNamespace(`${label}-client`),
    server: createNamespace(`${label}-server`),
  };
  const [network, host, broadcast] = world.family === 'ipv4' ? [24, 32, ' broadcast +'] : [64, 128, ' nodad'];
  setSysctls(side.dut, [['ipv4/ip_forward', options.forwarding === false ? '0' : '1']]);
  if (world.family === 'ipv6') {
    speakIpv6(side.dut, options.forwarding !== false);
    if (options.peersSpeak === true) for (const peer of [side.client, side.server]) speakIpv6(peer, false);
  }
  ipBatch(side.dut, [
    ...world.interfaces.map((wire) => `link add ${wire.name} address ${wire.mac} type veth peer name ${wire.name} address ${wire.peerMac} netns ${side[wire.peer]}`),
    ...world.interfaces.map((wire) => `link set ${wire.name} arp ${options.arp === true ? 'on' : 'off'} up`),
    ...world.interfaces.map((wire) => `addr add ${wire.address}/${network}${broadcast} dev ${wire.name}`),
    // What link-local addresses would bring.
    ...(world.family === 'ipv6' ? world.interfaces.map((wire) => `route append fe80::/64 dev ${wire.name} proto kernel metric 256`) : []),
    ...world.localAddresses.map((address) => `addr add ${address}/${host} dev ${world.interfaces[0]?.name ?? 'lo'}${world.family === 'ipv6' ? ' nodad' : ''}`),
  ]);
  for (const peer of ['client', 'server'] as const) {
    const wires = world.interfaces.filter((wire) => wire.peer === peer);
    const addressed = options.peersSpeak === true ? wires : [];
    ipBatch(side[peer], [
      ...wires.map((wire) => `link set ${wire.name} up`),
      ...addressed.map((wire) => `addr add ${wire.peerAddress}/${network}${broadcast} dev ${wire.name}`),
      ...addressed.map((wire) => `neigh replace ${wire.address} lladdr ${wire.mac} nud permanent dev ${wire.name}`),
      ...addressed.slice(0, 1).map((wire) => `route replace default via ${wire.address} dev ${wire.name}`),
    ]);
  }
  ipBatch(side.dut, [
    ...world.interfaces.map((wire) => `neigh replace ${wire.peerAddress} lladdr ${wire.peerMac} nud permanent dev ${wire.name}`),
    ...routes(world).map(({ prefix, via }) => `route replace ${prefix} via ${via.peerAddress} dev ${via.name}`),
  ]);
  return side;
}

/** Removes the side's namespaces. */
export function removeSide(side: Side): void {
  for (const name of [side.dut, side.client, side.server]) removeNamespace(name);
}
