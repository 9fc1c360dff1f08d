/**
 * The text of record: a ruleset as the state in the kernel keeps it, and back. `*filter`, a line `:"CHAIN" POLICY RULES` for each chain (its name as a JSON
 * string, the number of its rules), then the rules, chain by chain, without counts, each as stored-rule.ts writes it.
 */
import { InternalFault } from '../errors/errors.js';
import { emptyRuleset, isBuiltin, withChains } from '../ruleset/chains.js';
import { ZERO_COUNTERS, type Chain, type Counters, type Family, type Policy, type Rule, type Ruleset } from '../ruleset/model.js';
import { StoredRuleReader, StoredRuleWriter } from './stored-rule.js';

const HEADER = '*filter';

/** What the state keeps. */
export function toStoredText(ruleset: Ruleset): string {
  const chains = [...ruleset.chains.values()];
  const writer = new StoredRuleWriter(ruleset.family, (name) => ruleset.chains.has(name));
  const lines = [HEADER, ...chains.map(({ name, policy, rules }) => `:${JSON.stringify(name)} ${policy ?? '-'} ${rules.length}`)];
  for (const { name, rules } of chains) for (const rule of rules) lines.push(writer.line(name, rule));
  return lines.join('\n');
}

/** The lines of a text, one after the other. */
class Lines {
  /** Where the line found last stands. */
  start = 0;
  end = -1;

  constructor(readonly text: string) {}

  /** Goes to the next line; false at the end of the text. */
  next(): boolean {
    if (this.end >= this.text.length) return false;
    this.start = this.end + 1;
    const newline = this.text.indexOf('\n', this.start);
    this.end = newline < 0 ? this.text.length : newline;
    return true;
  }

  get line(): string {
    return this.text.slice(this.start, this.end);
  }
}

/**
 * The ruleset with its slots (rules in listing order, then policies, as lower/ numbers them) and counters.
 * @param counters by slot
 * @throws InternalFault when the text is not what toStoredText() writes
 */
export function fromStoredText(text: string, family: Family, counters: readonly Counters[]): Ruleset {
  const lines = new Lines(text);
  lines.next();
  if (lines.line !== HEADER) throw new InternalFault(`the ruleset in the kernel begins with ${lines.line}`);
  const headers: StoredChain[] = [];
  let more = lines.next();
  for (; more && text[lines.start] === ':'; more = lines.next()) headers.push(chainOf(lines.line));
  const names = new Set(headers.map(({ name }) => name));
  const reader = new StoredRuleReader(family, (name) => names.has(name));
  let slot = 0;
  const chains = headers.map((header): Chain => {
    const { name, policy, count } = header;
    const rules: Rule[] = [];
    for (; rules.length < count; more = lines.next(), slot++) {
      if (!more) throw new InternalFault(`the ruleset in the kernel ends before the rules of its chain ${name}`);
      rules.push(reader.read(text, lines.start, lines.end, counters[slot] ?? ZERO_COUNTERS, slot));
    }
    return policy === undefined ? { name, counters: ZERO_COUNTERS, rules } : { name, policy, counters: ZERO_COUNTERS, rules };
  });
  if (more) throw new InternalFault(`the ruleset in the kernel has rules that belong to no chain: ${lines.line}`);
  const filled = chains.map((chain) => (chain.policy === undefined ? chain : { ...chain, counters: counters[slot] ?? ZERO_COUNTERS, slot: slot++ }));
  if (slot !== counters.length) throw new InternalFault(`the ruleset in the kernel has ${slot} counters by its text and ${counters.length} by its maps`);
  return withChains(emptyRuleset(family), filled);
}

interface StoredChain {
  readonly name: string;
  readonly policy: Policy | undefined;
  /** How many rules follow. */
  readonly count: number;
}

function chainOf(line: string): StoredChain {
  const [, quoted, policy, count] = /^:(".*") (\S+) (\d+)$/s.exec(line) ?? [];
  const name: unknown = quoted === undefined ? undefined : JSON.parse(quoted);
  if (typeof name !== 'string' || policy === undefined) throw new InternalFault(`the ruleset in the kernel has a chain ${line}`);
  return { name, policy: isBuiltin(name) ? policyOf(policy) : undefined, count: Number(count) };
}

function policyOf(word: string): Policy {
  if (word !== 'ACCEPT' && word !== 'DROP') throw new InternalFault(`the ruleset in the kernel has the policy ${word}`);
  return word;
}
