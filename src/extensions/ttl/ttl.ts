/** `-m ttl`: the TTL as the chain sees it (kernel: xt_hl.c ttl_mt). */
import { ParameterProblem } from '../../errors/errors.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { compareHops, hopsPredicate, type HopComparison } from '../guided/hops.js';
import { UINT8_MAX, readUint } from '../guided/uint.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'ttl-lt', arity: 1, invertible: false, excludes: ['ttl-gt', 'ttl-eq'] },
  { name: 'ttl-gt', arity: 1, invertible: false, excludes: ['ttl-lt', 'ttl-eq'] },
  { name: 'ttl-eq', aliases: ['ttl'], arity: 1, invertible: true, excludes: ['ttl-lt', 'ttl-gt'] },
];

function resolve(uses: readonly OptionUse[]): HopComparison {
  let data: HopComparison | undefined;
  readOptions('ttl', OPTIONS, uses, {
    'ttl-lt': (use) => (data = { compare: '<', hops: readUint('ttl', use, UINT8_MAX) }),
    'ttl-gt': (use) => (data = { compare: '>', hops: readUint('ttl', use, UINT8_MAX) }),
    'ttl-eq': (use) => (data = { compare: use.inverted ? '!=' : '==', hops: readUint('ttl', use, UINT8_MAX) }),
  });
  if (!data) throw new ParameterProblem('TTL match: You must specify one of `--ttl-eq\', `--ttl-lt\', `--ttl-gt');
  return data;
}

const SAVED: Readonly<Record<HopComparison['compare'], string>> = {
  '==': ' --ttl-eq',
  '!=': ' ! --ttl-eq',
  '<': ' --ttl-lt',
  '>': ' --ttl-gt',
};

export const ttl: MatchExtension<HopComparison> = {
  kind: 'match',
  name: 'ttl',
  families: ['ipv4'],
  effect: 'pure',
  options: OPTIONS,
  resolve,
  save: (data) => `${SAVED[data.compare]} ${data.hops}`,
  list: (data) => ` TTL match TTL ${data.compare} ${data.hops}`,
  lower: (data) => [{ kind: 'require', predicate: hopsPredicate(data) }],
  evaluate: (data, packet) => compareHops(packet.ttl, data),
  help: () => `ttl match options:
[!] --ttl-eq value	Match time to live value
  --ttl-lt value	Match TTL < value
  --ttl-gt value	Match TTL > value
`,
};
