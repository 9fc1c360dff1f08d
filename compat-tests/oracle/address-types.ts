/** Address types as the kernel's inet_dev_addr_type() gives them, from the text of `ip route show table local`. */
import { ipv4Address, ipv4PrefixMask } from '../../src/net/ipv4-address.js';

/** RTN_*. */
const TYPE = { unicast: 1, local: 2, broadcast: 3, anycast: 4, multicast: 5 } as const;

export interface LocalRoute {
  readonly address: bigint;
  readonly length: number;
  readonly type: number;
  readonly device: string;
}

/** Lines such as `broadcast 10.0.0.255 dev eth0 proto kernel ...` or `local 127.0.0.0/8 dev lo ...`. */
export function parseLocalRoutes(text: string): LocalRoute[] {
  return text.split('\n').flatMap((line) => {
    const found = /^(local|broadcast|anycast|multicast) (\S+?)(?:\/(\d+))? dev (\S+)/.exec(line.trim());
    if (found === null) return [];
    const [, type, address = '', length = '32', device = ''] = found;
    return [{ address: ipv4Address(address), length: Number(length), type: TYPE[type as keyof typeof TYPE], device }];
  });
}

/** The type of `address`; with `device`, routes through other devices count as unicast. */
export function addressType(routes: readonly LocalRoute[], address: bigint, device?: string): number {
  if (address === 0n || address === 0xffffffffn) return TYPE.broadcast;
  if (address >> 28n === 14n) return TYPE.multicast;
  const fitting = routes.filter((route) => (address & ipv4PrefixMask(route.length)) === route.address);
  const best = fitting.sort((a, b) => b.length - a.length)[0];
  return best === undefined || (device !== undefined && device !== best.device) ? TYPE.unicast : best.type;
}
