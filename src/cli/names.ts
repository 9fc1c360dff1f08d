/** Reverse names for -L without -n: hosts as gethostbyaddr(3) finds them, then, of IPv4, networks of /etc/networks as getnetbyaddr(3) does. */
import { lookupService } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { formatAddress } from '../net/address.js';
import type { Family } from '../ruleset/model.js';
import type { NameOfAddress } from '../ruleset/print/address.js';

/** Looks a host's name up; rejects or gives undefined when it has none. */
export type HostLookup = (address: string) => Promise<string | undefined>;

const systemLookup: HostLookup = async (address) => (await lookupService(address, 0)).hostname;

/** How long a listing waits for all names together before it prints numbers: what one silent name server costs iptables per address. */
export const NAME_PATIENCE_MS = 5000;

/**
 * Names for these addresses. Never rejects; an address without a name in time is left out.
 * A lookup given up on goes on in the background: the process must end by exit.
 */
export async function nameAddresses(
  addresses: readonly bigint[],
  family: Family,
  lookup: HostLookup = systemLookup,
  networks: ReadonlyMap<bigint, string> = family === 'ipv4' ? systemNetworks() : new Map(),
  patienceMs: number = NAME_PATIENCE_MS,
): Promise<NameOfAddress> {
  const names = new Map<bigint, string>();
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
  const asked = addresses.map(async (address) => {
    const name = await lookup(formatAddress(address, family)).catch(() => undefined);
    if (name !== undefined) names.set(address, name);
  });
  await Promise.race([Promise.all(asked), patience]);
  clearTimeout(timer);
  return (address) => names.get(address) ?? networks.get(address);
}

function systemNetworks(): ReadonlyMap<bigint, string> {
  try {
    return parseNetworks(readFileSync('/etc/networks', 'utf8'));
  } catch {
    return new Map();
  }
}

/** networks(5): `name number aliases...`; a short number is filled up with zeros. The first entry for a number counts. */
export function parseNetworks(text: string): ReadonlyMap<bigint, string> {
  const networks = new Map<bigint, string>();
  for (const line of text.split('\n')) {
    const [name, number] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    if (!name || !number || !/^\d{1,3}(\.\d{1,3}){0,3}$/.test(number)) continue;
    const parts = number.split('.').map(BigInt);
    while (parts.length < 4) parts.push(0n);
    const address = parts.reduce((value, part) => (value << 8n) | part, 0n);
    if (!networks.has(address)) networks.set(address, name);
  }
  return networks;
}
