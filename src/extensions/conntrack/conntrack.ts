/** `-m conntrack --ctstate` (kernel: xt_conntrack.c revision 3). The other options are not built and unknown. */
import { ParameterProblem } from '../../errors/errors.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { CONNTRACK_STATES, hasState, parseStates, stateTest } from '../guided/state-list.js';

const STATES = [...CONNTRACK_STATES, 'SNAT', 'DNAT'] as const;

const OPTIONS: readonly GuidedOption[] = [{ name: 'ctstate', arity: 1, invertible: true }];

export interface ConntrackData {
  /** In printing order. SNAT and DNAT never hold: no translation happens where we look (docs/semantics.md). */
  readonly states: readonly string[];
  readonly invert: boolean;
}

export const conntrack: MatchExtension<ConntrackData> = {
  kind: 'match',
  name: 'conntrack',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: ConntrackData | undefined;
    readOptions('conntrack', OPTIONS, uses, {
      ctstate: (use) => {
        const bad = (rest: string): Error => new ParameterProblem(`Bad ctstate "${rest}"`, use.span);
        data = { states: parseStates(use.values[0] ?? '', STATES, bad), invert: use.inverted };
      },
    });
    if (!data) throw new ParameterProblem('conntrack: At least one option is required');
    return data;
  },
  save: ({ states, invert }) => `${invert ? ' !' : ''} --ctstate ${states.join(',')}`,
  list: ({ states, invert }) => `${invert ? ' !' : ''} ctstate ${states.join(',')}`,
  lower: ({ states, invert }) => [{ kind: 'require', predicate: stateTest(states, invert) }],
  evaluate: ({ states, invert }, packet) => hasState(packet, states, invert),
  help: () => `conntrack match options:
[!] --ctstate {INVALID|ESTABLISHED|NEW|RELATED|UNTRACKED|SNAT|DNAT}[,...]
                               State(s) to match
`,
};
