/** `-m state`: the older spelling of `-m conntrack --ctstate`, a different rule by identity (kernel: xt_state.c). */
import { ParameterProblem } from '../../errors/errors.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { CONNTRACK_STATES, hasState, parseStates, stateTest } from '../guided/state-list.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'state', arity: 1, invertible: true, mandatory: true }];

export interface StateData {
  /** In printing order. */
  readonly states: readonly string[];
  readonly invert: boolean;
}

export const state: MatchExtension<StateData> = {
  kind: 'match',
  name: 'state',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: StateData | undefined;
    readOptions('state', OPTIONS, uses, {
      state: (use) => {
        const bad = (rest: string): Error =>
          new ParameterProblem(
            rest === ''
              ? '"--state" requires a list of states with no spaces, e.g. ESTABLISHED,RELATED'
              : `Bad state "${rest}"`,
            use.span,
          );
        data = { states: parseStates(use.values[0] ?? '', CONNTRACK_STATES, bad), invert: use.inverted };
      },
    });
    return data!;
  },
  save: ({ states, invert }) => `${invert ? ' !' : ''} --state ${states.join(',')}`,
  list: ({ states, invert }) => `${invert ? ' !' : ''} state ${states.join(',')}`,
  lower: ({ states, invert }) => [{ kind: 'require', predicate: stateTest(states, invert) }],
  evaluate: ({ states, invert }, packet) => hasState(packet, states, invert),
  help: () => `state match options:
 [!] --state [INVALID|ESTABLISHED|NEW|RELATED|UNTRACKED][,...]
				State(s) to match
`,
};
