/**
 * Protocol names by the host's protocols database (getprotobyname(3), getprotobynumber(3)) and by the short list that
 * iptables knows without it.
 */
import { readFileSync } from 'node:fs';

/** What iptables knows by itself, in its order: asked after the database for a name, first for a parse. */
const BUILT_IN: readonly (readonly [string, number])[] = [
  ['tcp', 6],
  ['sctp', 132],
  ['udp', 17],
  ['udplite', 136],
  ['icmp', 1],
  ['icmpv6', 58],
  ['ipv6-icmp', 58],
  ['esp', 50],
  ['ah', 51],
  ['ipv6-mh', 135],
  ['mh', 135],
  ['all', 0],
];

interface Protocol {
  readonly names: readonly string[];
  readonly number: number;
}

let cached: readonly Protocol[] | undefined;

/** The entries of a protocols(5) text, in order. */
export function parseProtocols(text: string): readonly Protocol[] {
  const protocols: Protocol[] = [];
  for (const line of text.split('\n')) {
    const [name, number, ...aliases] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    if (!name || !number || !/^\d+$/.test(number)) continue;
    protocols.push({ names: [name, ...aliases], number: Number(number) });
  }
  return protocols;
}

function database(): readonly Protocol[] {
  if (cached) return cached;
  let text = '';
  try {
    text = readFileSync('/etc/protocols', 'utf8');
  } catch {
    // No database: iptables' own list remains.
  }
  cached = parseProtocols(text);
  return cached;
}

/** Number of a protocol that iptables knows by itself, whatever the host's database says; undefined for all others. */
export function builtInProtocol(name: string): number | undefined {
  return BUILT_IN.find(([known]) => known === name)?.[1];
}

/** Number of a name or alias in the host's database, or undefined (getprotobyname(3)). */
export function databaseProtocol(name: string): number | undefined {
  return database().find((p) => p.names.includes(name))?.number;
}

/** Number of a protocol name or alias (exact spelling), or undefined. Digits are the caller's matter. */
export function protocolNumber(name: string): number | undefined {
  return builtInProtocol(name) ?? databaseProtocol(name);
}

/** Name of a protocol number as iptables-save prints it, or undefined where only the number can be printed. */
export function protocolName(number: number): string | undefined {
  return database().find((p) => p.number === number)?.names[0] ?? BUILT_IN.find(([, n]) => n === number)?.[0];
}
