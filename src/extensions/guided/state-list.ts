/** Lists of conntrack states, shared by `conntrack --ctstate` and `state --state`; lists of statuses are read in the same way. */
import { CT_STATE } from '../../ir/field.js';
import { FALSE, any, invertIf, masked, type Predicate } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';

/** In the order in which they are searched and printed. */
export const CONNTRACK_STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'] as const;

/**
 * `RELATED,ESTABLISHED` to states in printing order. Any case; a beginning stands for the first state that has it.
 * `bad` makes the refusal from the rest of the list, from the word that is none.
 */
export function parseStates<State extends string>(text: string, states: readonly State[], bad: (rest: string) => Error): readonly State[] {
  const found = new Set<State>();
  let rest = text;
  for (;;) {
    const comma = rest.indexOf(',');
    const word = (comma < 0 ? rest : rest.slice(0, comma)).toUpperCase();
    const state = word === '' ? undefined : states.find((name) => name.startsWith(word));
    if (state === undefined) throw bad(rest);
    found.add(state);
    if (comma < 0) return states.filter((name) => found.has(name));
    rest = rest.slice(comma + 1);
  }
}

/** Whether a packet without a conntrack entry (INVALID, UNTRACKED) may be in one of these states. */
export function holdsWithoutEntry(states: readonly string[], invert: boolean): boolean {
  return ['INVALID', 'UNTRACKED'].some((state) => states.includes(state) !== invert);
}

/** The packet's state is one of these. SNAT and DNAT are bits beside the state and never set here: our tracking translates nothing. */
export function stateTest(states: readonly string[], invert: boolean): Predicate {
  const bits = Object.entries(CT_STATE).reduce((sum, [name, bit]) => (states.includes(name.toUpperCase()) ? sum | bit : sum), 0);
  const tests = Object.values(CT_STATE).flatMap((bit) => (bits & bit ? [masked('ctState', bit, bit)] : []));
  return invertIf(invert, tests.length === 0 ? FALSE : any(...tests));
}

/** The oracle's answer to the same question. */
export function hasState(packet: PacketView, states: readonly string[], invert: boolean): boolean {
  return states.includes(packet.meta.ctState) !== invert;
}
