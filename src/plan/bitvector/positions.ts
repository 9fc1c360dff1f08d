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

/** The most return addresses a walk can hold at once: jumps on the longest way through the chains (gotos add none). */
export function stackDepth(ir: RulesetIr): number {
  const chains = new Map<string, ChainIr>(ir.chains.map((chain) => [chain.name, chain]));
  const depths = new Map<string, number>();
  const depth = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    let deepest = 0;
    for (const { action } of chains.get(name)?.rules ?? []) {
      if (action.kind === 'jump') deepest = Math.max(deepest, 1 + depth(action.chain));
      else if (action.kind === 'goto') deepest = Math.max(deepest, depth(action.chain));
    }
    depths.set(name, deepest);
    return deepest;
  };
  return Math.max(0, ...ir.chains.filter((chain) => chain.policy !== undefined).map((chain) => depth(chain.name)));
}
