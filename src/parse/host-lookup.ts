/**
 * Host and network names. iptables asks getnetbyname(3), then getaddrinfo(3); node has neither synchronously, so the
 * system's own `getent` is asked, and only for words that are no numeric address.
 */
import { spawnSync } from 'node:child_process';
import { parseIpv6 } from '../net/ipv6-address.js';
import type { Family } from '../ruleset/model.js';
import { parseIpv4 } from './address-forms.js';

/** All addresses of a name in the order the system gives them; empty when it has none. `hosts alone`: networks are not asked for (getaddrinfo(3)). */
export type HostLookup = (name: string, family: Family, which?: 'hosts alone') => readonly bigint[];

/** Longer than iptables' resolver would be given by default: two tries at two servers. */
const TIMEOUT_MS = 30_000;

function getent(database: string, name: string): readonly string[][] {
  // -A: also the addresses of a family of which the machine has none itself (before the network is up).
  const result = spawnSync('getent', ['-A', database, '--', name], { encoding: 'utf8', timeout: TIMEOUT_MS });
  if (result.status !== 0) return [];
  return result.stdout.split('\n').filter((line) => line !== '').map((line) => line.split(/\s+/));
}

/** Names a resolver could know; anything else is not found without asking. */
function couldBeName(name: string): boolean {
  return name.length > 0 && name.length <= 255 && /^[\x21-\x7e\x80-\uffff]+$/.test(name);
}

/** The system's databases, as nsswitch.conf orders them. */
export const systemHosts: HostLookup = (name, family, which) => {
  if (!couldBeName(name)) return [];
  if (family === 'ipv4' && which === undefined) {
    const network = parseIpv4(getent('networks', name)[0]?.[1] ?? '');
    if (network !== undefined) return [network];
  }
  const lines = getent(family === 'ipv4' ? 'ahostsv4' : 'ahostsv6', name);
  const addresses = lines.filter(([, type]) => type === 'RAW').map(([address]) => address!);
  if (family === 'ipv4') return addresses.map(parseIpv4).filter((address) => address !== undefined);
  const parsed = addresses.map((address) => parseIpv6(address.replace(/%.*/, ''))).filter((address) => address !== undefined);
  // getent gives a host without IPv6 addresses its mapped IPv4 ones; iptables does not ask for those.
  return parsed.filter((address) => address >> 32n !== 0xffffn);
};
