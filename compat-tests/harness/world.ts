/**
 * The little world a ruleset is tried in: a device under test (dut) with the interfaces the rules name, each a wire to one of two
 * peers (client, server). Peers have no addresses unless asked: their kernels stay silent and every frame is ours.
 */

import { formatIpv6Address } from '../../src/net/ipv6-address.js';
import type { Family } from '../../src/ruleset/model.js';

export interface WorldInterface {
  /** Name in the dut; the far end has the same name in its peer's namespace. */
  readonly name: string;
  readonly peer: 'client' | 'server';
  /** Address of the dut; its network is the /24 around it, IPv6: the /64. */
  readonly address: string;
  /** Address of the far end: the gateway of the routes through this interface. */
  readonly peerAddress: string;
  readonly mac: string;
  readonly peerMac: string;
}

export interface World {
  readonly family: Family;
  readonly interfaces: readonly WorldInterface[];
  /** Further addresses the dut answers to, each a prefix of its own on the first interface. */
  readonly localAddresses: readonly string[];
}

/** Destinations are spread over the interfaces in this many equal blocks of the address space (power of two). */
const ROUTE_BLOCKS = 8;
const MAX_INTERFACES = 12;
const MAX_LOCAL_ADDRESSES = 16;

/** Interface names of a ruleset's -i and -o options as real devices: `eth+` becomes eth0, `+` nothing, lo is always there. */
export function interfaceNames(rulesText: string): string[] {
  const names = new Set<string>();
  for (const match of rulesText.matchAll(/(?:^|\s)(?:-i|-o|--in-interface|--out-interface)\s+"?([^\s"]+)"?/gm)) {
    const word = match[1] ?? '';
    const name = word.endsWith('+') ? (word.length > 1 ? `${word.slice(0, -1)}0` : '') : word;
    if (name !== '' && name !== 'lo' && name.length <= 15) names.add(name);
  }
  return [...names];
}

/** Single addresses that rules of chains about the host itself name: the dut owns them, so that those rules can be hit. */
export function hostAddresses(rulesText: string, family: Family = 'ipv4'): string[] {
  const form = family === 'ipv4' ? '(\\d+\\.\\d+\\.\\d+\\.\\d+)/32' : '([0-9a-f:.]+)/128';
  const addresses = new Set<string>();
  for (const line of rulesText.split('\n')) {
    if (!line.startsWith('-A ') || line.startsWith('-A FORWARD')) continue;
    const option = /^-A OUTPUT|out/.test(line) ? '-s' : '-d';
    const address = new RegExp(`(?<!! )${option} ${form}`).exec(line)?.[1];
    if (address !== undefined && (family === 'ipv4' ? isHostAddress(address) : isHostAddress6(address))) addresses.add(address);
  }
  return [...addresses];
}

function isHostAddress(address: string): boolean {
  const bytes = address.split('.').map(Number);
  const first = bytes[0] ?? 0;
  return first > 0 && first < 224 && first !== 127 && bytes[3] !== 255 && bytes[3] !== 0;
}

/** Global and unique local unicast. */
function isHostAddress6(address: string): boolean {
  return /^[23fF][0-9a-f]{3}:/.test(address) && !/^f[ef]/i.test(address);
}

/** A world for a ruleset: its interfaces (at least two), and local addresses where its rules expect the host to have them. */
export function worldFor(rulesText: string, family: Family = 'ipv4'): World {
  const names = interfaceNames(rulesText).slice(0, MAX_INTERFACES);
  for (let spare = 0; names.length < 2; spare += 1) if (!names.includes(`eth${spare}`)) names.push(`eth${spare}`);
  return worldOf(names, hostAddresses(rulesText, family).slice(0, MAX_LOCAL_ADDRESSES), family);
}

/** A world with exactly these interfaces: the first goes to the client, the others to the server. */
export function worldOf(names: readonly string[], localAddresses: readonly string[] = [], family: Family = 'ipv4'): World {
  const interfaces = names.map((name, index): WorldInterface => {
    const octet = index.toString(16).padStart(2, '0');
    return {
      name,
      peer: index === 0 ? 'client' : 'server',
      address: family === 'ipv4' ? `10.200.${index}.1` : `fd00:200:0:${index.toString(16)}::1`,
      peerAddress: family === 'ipv4' ? `10.200.${index}.2` : `fd00:200:0:${index.toString(16)}::2`,
      mac: `02:00:00:00:${octet}:01`,
      peerMac: `02:00:00:00:${octet}:02`,
    };
  });
  return { family, interfaces, localAddresses };
}

/** The dut's routes beyond its own networks: equal blocks of the address space, dealt to the interfaces in turn. */
export function routes(world: World): { readonly prefix: string; readonly via: WorldInterface }[] {
  const step = 256 / ROUTE_BLOCKS;
  const length = Math.log2(ROUTE_BLOCKS);
  return Array.from({ length: ROUTE_BLOCKS }, (_, block) => {
    const via = world.interfaces[block % world.interfaces.length];
    if (via === undefined) throw new Error('a world needs an interface');
    const prefix = world.family === 'ipv4' ? `${block * step}.0.0.0` : formatIpv6Address(BigInt(block * step) << 120n);
    return { prefix: `${prefix}/${length}`, via };
  });
}

/** The interface of that name; a name the world lacks throws. */
export function interfaceNamed(world: World, name: string): WorldInterface {
  const found = world.interfaces.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no interface ${name} in this world (${world.interfaces.map((each) => each.name).join(', ')})`);
  return found;
}
