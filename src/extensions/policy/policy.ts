/** `-m policy`: whether IPsec has decapsulated the packet, or is to encapsulate it (kernel: xt_policy.c). */
import { ParameterProblem } from '../../errors/errors.js';
import type { Step } from '../../ir/predicate.js';
import type { BuiltinChain } from '../../ruleset/model.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';
import { ElementReader } from './elements.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'dir', arity: 1, invertible: false },
  { name: 'pol', arity: 1, invertible: false },
  { name: 'strict', arity: 0, invertible: false },
  { name: 'reqid', arity: 1, invertible: true, multiple: true },
  { name: 'spi', arity: 1, invertible: true, multiple: true },
  { name: 'tunnel-src', arity: 1, invertible: true, multiple: true },
  { name: 'tunnel-dst', arity: 1, invertible: true, multiple: true },
  { name: 'proto', arity: 1, invertible: true, multiple: true },
  { name: 'mode', arity: 1, invertible: true, multiple: true },
  { name: 'next', arity: 0, invertible: false, multiple: true, requires: ['strict'] },
];

export interface PolicyData {
  readonly dir: 'in' | 'out';
  readonly pol: 'none' | 'ipsec';
  /** The words that describe elements of a policy: for rules that are not built yet. */
  readonly elements: readonly string[];
  /** Those beside `--pol none`: nothing is asked of them, but to -C and -D they make another rule. */
  readonly unheeded?: readonly string[];
}

function oneOf<const Word extends string>(use: OptionUse, words: readonly Word[], problem: string): Word {
  const found = words.find((word) => word === use.values[0]);
  if (found === undefined) throw new ParameterProblem(`${problem} "${use.values[0] ?? ''}"`, use.span);
  return found;
}

function resolve(uses: readonly OptionUse[]): PolicyData {
  const elements = new ElementReader();
  let dir: PolicyData['dir'] | undefined;
  let pol = 'ipsec' as PolicyData['pol'];
  let strict = false;
  const element = (use: OptionUse): void => elements.read(use);
  readOptions('policy', OPTIONS, uses, {
    dir: (use) => (dir = oneOf(use, ['in', 'out'], 'policy_match: invalid dir')),
    pol: (use) => (pol = oneOf(use, ['none', 'ipsec'], 'policy match: invalid policy')),
    strict: () => (strict = true),
    next: (use) => elements.next(use),
    reqid: element,
    spi: element,
    'tunnel-src': element,
    'tunnel-dst': element,
    proto: element,
    mode: element,
  });
  if (dir === undefined) throw new ParameterProblem('policy match: neither --dir in nor --dir out specified');
  if (pol === 'none' && strict) throw new ParameterProblem('policy match: policy none but --strict given');
  // What is described beside `none` is forgotten.
  if (pol === 'none') return { dir, pol, elements: [], ...(elements.words.length > 0 ? { unheeded: elements.words } : {}) };
  elements.check(strict);
  return { dir, pol, elements: elements.words };
}

const text = ({ dir, pol }: PolicyData, prefix: string): string => ` ${prefix}dir ${dir} ${prefix}pol ${pol}`;

/**
 * The kernel refuses the wrong direction. Besides, here: elements of a policy, and what encapsulation is to come. At tc ingress the route of what is forwarded
 * is not known, and at tc egress what was to be encapsulated has been; there the packets that are judged have no policy left.
 */
function check({ dir, pol, elements }: PolicyData, _head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  const wrong = dir === 'in' ? reachableFrom.includes('OUTPUT') : reachableFrom.some((chain) => chain !== 'OUTPUT') || pol === 'ipsec';
  return wrong || elements.length > 0 ? INVALID_ARGUMENT : undefined;
}

export const policy: MatchExtension<PolicyData> = {
  kind: 'match',
  name: 'policy',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save: (data) => text(data, '--'),
  list: (data) => ` policy match${text(data, '')}`,
  lower: ({ dir, pol }): readonly Step[] => (dir === 'out' ? [] : [{ kind: 'call', stub: 'decapsulated', config: [], invert: pol === 'none' }]),
  evaluate: ({ dir, pol }, { meta }) => dir === 'out' || (meta.decapsulated === true) === (pol === 'ipsec'),
  check,
  help: () => `policy match options:
  --dir in|out			match policy applied during decapsulation/
				policy to be applied during encapsulation
  --pol none|ipsec		match policy
  --strict 			match entire policy instead of single element
				at any position
These options may be used repeatedly, to describe policy elements:
[!] --reqid reqid		match reqid
[!] --spi spi			match SPI
[!] --proto proto		match protocol (ah/esp/ipcomp)
[!] --mode mode 		match mode (transport/tunnel)
[!] --tunnel-src addr/mask	match tunnel source
[!] --tunnel-dst addr/mask	match tunnel destination
  --next 			begin next element in policy
`,
};
