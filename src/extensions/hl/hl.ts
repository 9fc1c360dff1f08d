/** `-m hl`: the hop limit as the chain sees it (kernel: xt_hl.c hl_mt6). */
import { ParameterProblem } from '../../errors/errors.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { compareHops, hopsPredicate, type HopComparison } from '../guided/hops.js';
import { UINT8_MAX, readUint } from '../guided/uint.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'hl-lt', arity: 1, invertible: false, excludes: ['hl-gt', 'hl-eq'] },
  { name: 'hl-gt', arity: 1, invertible: false, excludes: ['hl-lt', 'hl-eq'] },
  { name: 'hl-eq', aliases: ['hl'], arity: 1, invertible: true, excludes: ['hl-lt', 'hl-gt'] },
];

const SAVED: Readonly<Record<HopComparison['compare'], string>> = {
  '==': ' --hl-eq',
  '!=': ' ! --hl-eq',
  '<': ' --hl-lt',
  '>': ' --hl-gt',
};

export const hl: MatchExtension<HopComparison> = {
  kind: 'match',
  name: 'hl',
  families: ['ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: HopComparison | undefined;
    readOptions('hl', OPTIONS, uses, {
      'hl-lt': (use) => (data = { compare: '<', hops: readUint('hl', use, UINT8_MAX) }),
      'hl-gt': (use) => (data = { compare: '>', hops: readUint('hl', use, UINT8_MAX) }),
      'hl-eq': (use) => (data = { compare: use.inverted ? '!=' : '==', hops: readUint('hl', use, UINT8_MAX) }),
    });
    if (!data) throw new ParameterProblem("HL match: You must specify one of `--hl-eq', `--hl-lt', `--hl-gt'");
    return data;
  },
  save: (data) => `${SAVED[data.compare]} ${data.hops}`,
  list: (data) => ` HL match HL ${data.compare} ${data.hops}`,
  lower: (data) => [{ kind: 'require', predicate: hopsPredicate(data) }],
  evaluate: (data, packet) => compareHops(packet.ttl, data),
  help: () => `hl match options:
[!] --hl-eq value	Match hop limit value
  --hl-lt value	Match HL < value
  --hl-gt value	Match HL > value
`,
};
