/** Rules of the kernel's own firewalls in this network namespace, as far as they concern packets of a family that we judge. */
import type { Native } from '../native/native.js';
import type { Family } from '../ruleset/model.js';
import { existingTables, tableIsUsed } from './iptables-tables.js';
import { baseChains, type BaseChain } from './nft-chains.js';

/** Which of them has rules: `iptables-legacy` (`ip6tables-legacy`), `nftables` (iptables-nft included). */
export interface OtherRules {
  /** Address translation: our rules see other addresses than iptables' would. */
  readonly nat: readonly string[];
  /** Rules at INPUT, FORWARD or OUTPUT, or policies there that drop: a packet must pass them too. */
  readonly filter: readonly string[];
}

/** NF_INET_LOCAL_IN, FORWARD, LOCAL_OUT */
const FILTER_HOOKS = [1, 2, 3];

function inNftables(chains: readonly BaseChain[]): { nat: boolean; filter: boolean } {
  return {
    nat: chains.some(({ type, rules }) => type === 'nat' && rules > 0),
    filter: chains.some(({ type, hook, rules, drops }) => type === 'filter' && FILTER_HOOKS.includes(hook) && (rules > 0 || drops)),
  };
}

/** Looks, and changes nothing. @throws SystemCallError */
export function otherRules(native: Pick<Native, 'rawOpen' | 'socketOption' | 'closeFd' | 'netlinkDump'>, family: Family): OtherRules {
  const program = family === 'ipv4' ? 'iptables-legacy' : 'ip6tables-legacy';
  const tables = existingTables(family);
  const legacy = (table: string): readonly string[] => (tables.includes(table) && tableIsUsed(native, family, table) ? [program] : []);
  const nftables = inNftables(baseChains(native, family));
  return {
    nat: [...legacy('nat'), ...(nftables.nat ? ['nftables'] : [])],
    filter: [...legacy('filter'), ...(nftables.filter ? ['nftables'] : [])],
  };
}
