/** Devices, addresses and routes for test runs at the hooks, in a network namespace of this thread's own; and what they make of a packet. */
import { existsSync, writeFileSync } from 'node:fs';
import { native } from '../../src/native/native.js';
import { decodePacket } from '../../src/net/decode.js';
import { macAddress } from '../../src/net/ethernet.js';
import { formatIpv4Address } from '../../src/net/ipv4-address.js';
import type { PacketMeta } from '../../src/net/packet-view.js';
import type { BuiltinChain } from '../../src/ruleset/model.js';
import { execOk } from '../harness/exec.js';
import { addressType, parseLocalRoutes, type LocalRoute } from '../oracle/address-types.js';

export interface Device {
  readonly name: string;
  readonly ifindex: number;
  readonly mac: Uint8Array;
  /** lo is not. */
  readonly ethernet: boolean;
}

export const NO_META: PacketMeta = { mark: 0, srcType: 0, dstType: 0, srcTypeIface: 0, dstTypeIface: 0, srcTypeOutIface: 0, dstTypeOutIface: 0, ctState: 'UNTRACKED', now: 0n };

/** Names on either side of the 8 bytes at which a name's second word begins. */
const NAMES = ['eth0', 'enp0s31f6'] as const;

export class HookWorld {
  readonly devices: ReadonlyMap<string, Device>;
  readonly localRoutes: readonly LocalRoute[];
  private readonly ways = new Map<bigint, string | undefined>();

  /** Moves the calling thread into a new network namespace (gone when the process ends) and sets the world up in it. */
  constructor() {
    native().unshareNetwork();
    const settings: [string, string][] = [['ipv4/ip_forward', '1'], ['ipv4/conf/all/send_redirects', '0'], ['ipv4/conf/default/send_redirects', '0']];
    if (existsSync('/proc/sys/net/ipv6')) settings.push(['ipv6/conf/all/disable_ipv6', '1'], ['ipv6/conf/default/disable_ipv6', '1']);
    for (const [path, value] of settings) writeFileSync(`/proc/sys/net/${path}`, value);
    const lines = NAMES.flatMap((name, index) => [
      `link add ${name} address 02:00:00:00:0${index}:01 type veth peer name peer${index}`,
      `link set peer${index} up`,
      `link set ${name} up`,
      `addr add 10.200.${index}.1/24 dev ${name}`,
    ]);
    execOk(['ip', '-batch', '-'], { input: ['link set lo up', ...lines, 'addr add 10.200.9.9/32 dev lo', 'route add 45.0.0.0/8 via 10.200.0.2', 'route add default via 10.200.1.2', ''].join('\n') });
    this.devices = new Map(['lo', ...NAMES].map((name) => [name, device(name)]));
    this.localRoutes = parseLocalRoutes(execOk(['ip', '-4', 'route', 'show', 'table', 'local']));
  }

  device(name: string): Device {
    return this.devices.get(name)!;
  }

  type(address: bigint, through?: string): number {
    return addressType(this.localRoutes, address, through);
  }

  /** The device towards `address`, as the kernel says. */
  way(address: bigint): string | undefined {
    if (!this.ways.has(address)) this.ways.set(address, /\bdev (\S+)/.exec(execOk(['ip', '-4', 'route', 'get', formatIpv4Address(address)]))?.[1]);
    return this.ways.get(address);
  }

  /**
   * Which chain judges a packet that comes in on `on`; `none` = the kernel discards it before. Undefined where the rules are more than
   * this test wants to know: those are the matter of the cases on chain selection.
   */
  chainAtIngress(l3: Uint8Array, on: string): BuiltinChain | 'none' | undefined {
    const { src, dst, ttl, fragmentOffset } = decodePacket(l3, NO_META);
    const input = fragmentOffset === 0 ? 'INPUT' : 'none';
    if (on === 'lo') return input;
    const [from, to] = [this.type(src), this.type(dst)];
    if (src >> 24n === 127n && to === 3) return undefined;
    if (from === 2 || from === 5) return 'none';
    if (from !== 1 || dst === 0n || dst >> 28n === 15n) return dst === 0xffffffffn && from === 1 ? input : undefined;
    if (dst >> 24n === 127n) return 'none';
    if (to === 5) return formatIpv4Address(dst) === '224.0.0.1' ? input : 'none';
    if (to === 2 || to === 3) return input;
    return ttl > 1 ? 'FORWARD' : 'none';
  }
}

/** From `ip`, not from sysfs: that shows the namespace it was mounted in. */
function device(name: string): Device {
  const mac = /link\/\S+ (\S+)/.exec(execOk(['ip', 'link', 'show', 'dev', name]))?.[1];
  if (mac === undefined) throw new Error(`no link-layer address of ${name}`);
  return { name, ifindex: native().interfaceIndex(name), mac: macAddress(mac), ethernet: name !== 'lo' };
}
