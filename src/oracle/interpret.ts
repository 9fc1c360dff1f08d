/**
 * The oracle: one packet through one chain, step by step, as ipt_do_table() walks it. Plain, slow, obviously right:
 * what the compiled programs do is judged against this, and this against the real iptables.
 */
import { InternalFault } from '../errors/errors.js';
import { matchExtension, targetExtension } from '../extensions/registry.js';
import type { BuiltinChain, Chain, Rule, Ruleset } from '../ruleset/model.js';
import type { PacketView } from '../net/packet-view.js';
import { matchHead } from './match-head.js';
import { addToCounters, memoryOf, type OracleState, type TrailEntry } from './state.js';

export interface Outcome {
  readonly verdict: 'accept' | 'drop' | 'reject';
  /** Whose counters moved, in the order met. */
  readonly trail: readonly TrailEntry[];
  /** Dropped by a match that could not read the packet: no counter moved for it. */
  readonly hotdrop: boolean;
}

/** Where the walk goes on after a user chain is through: the rule after the jump. */
interface Position {
  readonly chain: Chain;
  readonly rule: number;
}

/** More steps than any loop-free ruleset of a test takes: chains that call each other twice per level double with each level. */
const MAXIMUM_STEPS = 10_000_000;

/**
 * Walks `packet` through the built-in chain `hook` and adds to the counters in `state`.
 * - A rule matches when its head and then its matches, left to right, hold; its counter moves before its target acts.
 * - A match may answer `hotdrop`: the walk ends there, dropped, with the counters moved so far.
 * - A jump remembers the next rule, a goto does not; RETURN and the end of a user chain go to the rule remembered last,
 *   or, with none remembered (also after a goto from a built-in chain), to the policy of `hook`, which counts.
 * @throws InternalFault for chains and extensions that are not there, and for loops: no committed ruleset has them.
 */
export function interpret(ruleset: Ruleset, hook: BuiltinChain, packet: PacketView, state: OracleState): Outcome {
  const trail: TrailEntry[] = [];
  const end = (verdict: Outcome['verdict'], hotdrop = false): Outcome => {
    addToCounters(state, trail, packet.length);
    return { verdict, trail, hotdrop };
  };
  const base = chainNamed(ruleset, hook);
  const stack: Position[] = [];
  let at: Position = { chain: base, rule: 0 };

  for (let steps = 0; steps < MAXIMUM_STEPS; steps++) {
    const rule = at.chain.rules[at.rule];
    if (rule === undefined) {
      const back = stack.pop();
      if (back === undefined) {
        trail.push({ chain: hook, rule: 'policy' });
        return end(base.policy === 'DROP' ? 'drop' : 'accept');
      }
      at = back;
      continue;
    }
    const here: TrailEntry = { chain: at.chain.name, rule: at.rule };
    const next: Position = { chain: at.chain, rule: at.rule + 1 };
    const matched = matchRule(ruleset, rule, packet, state, here);
    if (matched === 'hotdrop') return end('drop', true);
    if (!matched) {
      at = next;
      continue;
    }
    trail.push(here);
    const target = rule.target;
    switch (target.kind) {
      case 'none':
        at = next;
        break;
      case 'accept':
      case 'drop':
        return end(target.kind);
      case 'return':
        at = { chain: at.chain, rule: at.chain.rules.length };
        break;
      case 'jump':
        stack.push(next);
        at = { chain: chainNamed(ruleset, target.chain), rule: 0 };
        break;
      case 'goto':
        at = { chain: chainNamed(ruleset, target.chain), rule: 0 };
        break;
      case 'extension': {
        const extension = targetExtension(target.name, ruleset.family);
        if (extension === undefined) throw new InternalFault(`oracle: no target ${target.name}`);
        const verdict = extension.evaluate(target.data, packet, memoryOf(state, here, 'target'));
        if (verdict !== 'continue') return end(verdict);
        at = next;
      }
    }
  }
  throw new InternalFault(`oracle: the walk through ${hook} does not end`);
}

function matchRule(ruleset: Ruleset, rule: Rule, packet: PacketView, state: OracleState, here: TrailEntry): boolean | 'hotdrop' {
  const head = matchHead(rule.head, packet);
  if (head !== true) return head;
  for (const [index, use] of rule.matches.entries()) {
    const extension = matchExtension(use.name, ruleset.family);
    if (extension === undefined) throw new InternalFault(`oracle: no match ${use.name}`);
    const matched = extension.evaluate(use.data, packet, memoryOf(state, here, index));
    if (matched !== true) return matched;
  }
  return true;
}

function chainNamed(ruleset: Ruleset, name: string): Chain {
  const chain = ruleset.chains.get(name);
  if (chain === undefined) throw new InternalFault(`oracle: no chain ${name}`);
  return chain;
}
