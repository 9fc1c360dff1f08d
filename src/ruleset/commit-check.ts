/**
 * What the kernel checks when a whole table is replaced. First that no chain can be entered from itself (mark_source_chains() in ip_tables.c, ELOOP), then
 * each rule's matches and target (xt_check_match(), xt_check_target(), mostly EINVAL), knowing the hooks from which the rule can be reached.
 *
 * Two facts of the kernel's walk are kept because they decide what is refused: rules behind an unconditional ACCEPT, DROP or RETURN are not walked (a loop
 * behind one is accepted until the day it is reachable), and neither are chains that no built-in chain leads to.
 */
import { matchExtension, targetExtension } from '../extensions/registry.js';
import { targetChain } from './chains.js';
import { BUILTIN_CHAINS } from './model.js';
import type { BuiltinChain, Chain, Rule, RuleHead, Ruleset } from './model.js';
import { LOOP, refusal } from './refusal.js';

/** For each chain, by hook in hook order, how many of its rules are walked; chains never walked are absent. */
export type Reach = ReadonlyMap<string, readonly number[]>;

/** @throws RulesetRefusal as the kernel would refuse the table. */
export function checkForCommit(ruleset: Ruleset): void {
  const reach = walk(ruleset);
  for (const { name, rules } of ruleset.chains.values()) {
    const walked = reach.get(name) ?? [];
    // From a rule to the next the hooks change only where a walk ends.
    let hooks: readonly BuiltinChain[] = [];
    let until = 0;
    rules.forEach((rule, index) => {
      if (index >= until) {
        hooks = BUILTIN_CHAINS.filter((_, hook) => index < (walked[hook] ?? 0));
        until = Math.min(...walked.filter((count) => count > index), rules.length);
      }
      checkRule(rule, ruleset, hooks);
    });
  }
}

function checkRule(rule: Rule, ruleset: Ruleset, hooks: readonly BuiltinChain[]): void {
  for (const match of rule.matches) {
    const problem = matchExtension(match.name, ruleset.family)?.check?.(match.data, rule.head, hooks);
    if (problem !== undefined) throw refusal(problem);
  }
  if (rule.target.kind === 'extension') {
    const problem = targetExtension(rule.target.name, ruleset.family)?.check?.(rule.target.data, rule.head, hooks);
    if (problem !== undefined) throw refusal(problem);
  }
}

/** One chain being walked: its rules and how far the walk has come. */
interface Visit {
  readonly chain: Chain;
  next: number;
}

/** Walks every built-in chain as the kernel does. @throws RulesetRefusal when a chain leads back into itself. */
export function walk(ruleset: Ruleset): Reach {
  const reach = new Map<string, number[]>();
  BUILTIN_CHAINS.forEach((hook, index) => walkFrom(hook, ruleset, (chain, walked) => {
    const counts = reach.get(chain) ?? BUILTIN_CHAINS.map(() => 0);
    counts[index] = walked;
    reach.set(chain, counts);
  }));
  return reach;
}

/** @param left told of every chain entered, when the walk leaves it: how many of its rules were walked */
function walkFrom(hook: BuiltinChain, ruleset: Ruleset, left: (chain: string, walked: number) => void): void {
  const entered = new Set<string>([hook]);
  const path: Visit[] = [{ chain: ruleset.chains.get(hook)!, next: 0 }];
  const onPath = new Set<string>([hook]);
  for (let visit = path.at(-1); visit; visit = path.at(-1)) {
    const chain = nextChain(visit, ruleset);
    if (!chain) {
      path.pop();
      onPath.delete(visit.chain.name);
      left(visit.chain.name, visit.next);
      continue;
    }
    if (onPath.has(chain.name)) throw refusal(LOOP);
    if (entered.has(chain.name)) continue;
    entered.add(chain.name);
    onPath.add(chain.name);
    path.push({ chain, next: 0 });
  }
}

/** Walks on to the next rule that leads to another chain, and gives that; undefined at the end of the walk through this one. */
function nextChain(visit: Visit, ruleset: Ruleset): Chain | undefined {
  const { rules } = visit.chain;
  while (visit.next < rules.length) {
    const rule = rules[visit.next++]!;
    if (endsWalk(rule)) return undefined;
    const name = targetChain(rule.target);
    const chain = name === undefined ? undefined : ruleset.chains.get(name);
    if (chain) return chain;
  }
  return undefined;
}

/** An unconditional ACCEPT, DROP or RETURN: nothing behind it in its chain is walked. */
function endsWalk(rule: Rule): boolean {
  const { kind } = rule.target;
  return (kind === 'accept' || kind === 'drop' || kind === 'return') && rule.matches.length === 0 && isUnconditional(rule.head);
}

/** Whether struct ipt_ip would be all zero. `-i +` is not: its name is stored though its mask is empty. */
function isUnconditional(head: RuleHead): boolean {
  const { src, dst, inIface, outIface, protocol, fragment } = head;
  const anyAddress = [src, dst].every((match) => !match || (match.mask === 0n && !match.invert));
  return anyAddress && !inIface && !outIface && !protocol && !fragment;
}
