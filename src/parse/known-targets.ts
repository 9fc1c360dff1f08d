/**
 * Names of the targets that iptables 1.8.9 brings along: `-N` refuses them whether or not they are built here,
 * so that a ruleset made here loads there too.
 */
import type { Family } from '../ruleset/model.js';

/** The empty name is the standard target's too. */
const STANDARD = ['', 'standard', 'ACCEPT', 'DROP', 'QUEUE', 'RETURN'];

const BOTH = [
  'AUDIT', 'CHECKSUM', 'CLASSIFY', 'CONNMARK', 'CONNSECMARK', 'CT', 'DNAT', 'DSCP', 'HMARK', 'IDLETIMER', 'LED', 'LOG', 'MARK',
  'MASQUERADE', 'NETMAP', 'NFLOG', 'NFQUEUE', 'NOTRACK', 'RATEEST', 'REDIRECT', 'REJECT', 'SECMARK', 'SET', 'SNAT', 'SYNPROXY',
  'TCPMSS', 'TCPOPTSTRIP', 'TEE', 'TOS', 'TPROXY', 'TRACE',
];

const NAMES: Readonly<Record<Family, ReadonlySet<string>>> = {
  ipv4: new Set([...STANDARD, ...BOTH, 'CLUSTERIP', 'ECN', 'TTL', 'ULOG']),
  ipv6: new Set([...STANDARD, ...BOTH, 'DNPT', 'HL', 'SNPT']),
};

export function isKnownTarget(name: string, family: Family): boolean {
  return NAMES[family].has(name);
}
