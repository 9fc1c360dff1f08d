/** -L: chains with headers, byte for byte as iptables-legacy 1.8.9 pads them. */
import { chainNamed, isBuiltin, references } from '../chains.js';
import type { Chain, Rule, Ruleset } from '../model.js';
import { abbreviate, counterColumn, listedRule } from './columns.js';
import type { ListStyle } from './columns.js';

/** What -L prints: everything, one chain, or one rule of it (then without header; nothing when there is no such rule). @throws RulesetRefusal when the chain is missing */
export function listChains(ruleset: Ruleset, style: ListStyle, chainName?: string, position?: number): string {
  if (position !== undefined) {
    const rule = chainNamed(ruleset, chainName ?? '').rules[position - 1];
    return rule ? ruleLine(ruleset, rule, position, style) : '';
  }
  const counts = references(ruleset);
  const chains = chainName === undefined ? [...ruleset.chains.values()] : [chainNamed(ruleset, chainName)];
  return chains.map((chain) => listedChain(ruleset, chain, counts.get(chain.name) ?? 0, style)).join('\n');
}

function listedChain(ruleset: Ruleset, chain: Chain, referenceCount: number, style: ListStyle): string {
  const lines = [`Chain ${chain.name} (${standing(chain, referenceCount, style)})\n`, columnTitles(style)];
  chain.rules.forEach((rule, index) => lines.push(ruleLine(ruleset, rule, index + 1, style)));
  return lines.join('');
}

/** `policy ACCEPT 12 packets, 345 bytes` or `2 references`. */
function standing(chain: Chain, referenceCount: number, style: ListStyle): string {
  if (!isBuiltin(chain.name)) return `${referenceCount} references`;
  if (!style.verbose) return `policy ${chain.policy}`;
  const number = (count: bigint): string => (style.exact ? `${count}` : abbreviate(count, 0));
  return `policy ${chain.policy} ${number(chain.counters.packets)} packets, ${number(chain.counters.bytes)} bytes`;
}

function columnTitles(style: ListStyle): string {
  const number = style.lineNumbers ? 'num  ' : '';
  const counters = style.exact ? '    pkts      bytes ' : ' pkts bytes ';
  const verbose = style.verbose;
  return `${number}${verbose ? counters : ''}target     prot opt ${verbose ? 'in     out     ' : ''}source               destination         \n`;
}

function ruleLine(ruleset: Ruleset, rule: Rule, position: number, style: ListStyle): string {
  const number = style.lineNumbers ? `${String(position).padEnd(4)} ` : '';
  const counters = style.verbose ? counterColumn(rule.counters.packets, style.exact) + counterColumn(rule.counters.bytes, style.exact) : '';
  return `${number}${counters}${listedRule(rule, ruleset.family, style)}\n`;
}
