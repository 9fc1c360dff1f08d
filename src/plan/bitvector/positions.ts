/**
 * All chains laid in one row of positions: each chain's rules in order, then one more position, its end, that matches every
 * packet. So a search for the next candidate always finds one, and falling off a chain is an action like any other.
 */
import type { ChainIr, RuleIr, RulesetIr } from '../../ir/chain-ir.js';

export type Position =
  | { readonly kind: 'rule'; readonly chain: string; readonly rule: RuleIr }
  /** End of a base chain: its policy. */
  | { readonly kind: 'policy'; readonly chain: string; readonly verdict: 'accept' | 'drop'; readonly slot: number }
  /** End of a user chain: back to where it was entered from. */
  | { readonly kind: 'end'; readonly chain: string };

export interface Layout {
  readonly positions: readonly Position[];
  /** Position of each chain's first rule. */
  readonly start: ReadonlyMap<string, number>;
  /** Position of each chain's end. */
  readonly end: ReadonlyMap<string, number>;
}

export function layOut(ir: RulesetIr): Layout {
  const positions: Position[] = [];
  const start = new Map<string, number>();
  const end = new Map<string, number>();
  for (const { name, policy, rules } of ir.chains) {
    start.set(name, positions.length);
    for (const rule of rules) positions.push({ kind: 'rule', chain: name, rule });
    end.set(name, positions.length);
    positions.push(policy === undefined ? { kind: 'end', chain: name } : { kind: 'policy', chain: name, ...policy });
  }
  return { positions, start, end };
}

/** By position 1 where a walk that begins in one of `chains` may come by, else 0. */
export function reachable({ positions, start, end }: Layout, chains: readonly string[]): Uint8Array {
  const reached = new Uint8Array(positions.length);
  const waiting = [...chains];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const [first, last] = [start.get(name)!, end.get(name)!];
    if (reached[last] === 1) continue;
    for (let position = first; position <= last; position += 1) {
      reached[position] = 1;
      const at = positions[position]!;
      if (at.kind === 'rule' && (at.rule.action.kind === 'jump' || at.rule.action.kind === 'goto')) waiting.push(at.rule.action.chain);
    }
  }
  return reached;
}

/** The chains that a chain leads to, each with the return addresses that entering it takes: 1 by a jump, 0 by gotos alone. */
function entered(chain: ChainIr | undefined): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { action } of chain?.rules ?? []) {
    if (action.kind === 'jump') found.set(action.chain, 1);
    else if (action.kind === 'goto' && !found.has(action.chain)) found.set(action.chain, 0);
  }
  return found;
}

/** The most return addresses a walk can hold at once: jumps on the longest way through the chains. Without recursion: chains may nest as deep as there are any. */
export function stackDepth(ir: RulesetIr): number {
  const next = new Map(ir.chains.map((chain) => [chain.name, entered(chain)]));
  const depths = new Map<string, number>();
  const waiting = ir.chains.filter((chain) => chain.policy !== undefined).map((chain) => chain.name);
  let deepest = 0;
  for (let name = waiting.at(-1); name !== undefined; name = waiting.at(-1)) {
    const ways = [...(next.get(name) ?? [])];
    const unknown = ways.flatMap(([chain]) => (depths.has(chain) ? [] : [chain]));
    if (!depths.has(name) && unknown.length > 0) {
      waiting.push(...unknown);
      continue;
    }
    waiting.pop();
    const depth = ways.reduce((most, [chain, jump]) => Math.max(most, jump + (depths.get(chain) ?? 0)), 0);
    depths.set(name, depth);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
