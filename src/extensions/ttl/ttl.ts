/** `-m ttl`: the TTL as the chain sees it (kernel: xt_hl.c ttl_mt). */
import { ParameterProblem } from '../../errors/errors.js';
import { FALSE, eq, not, range, type Predicate } from '../../ir/predicate.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'ttl-lt', arity: 1, invertible: false, excludes: ['ttl-gt', 'ttl-eq'] },
  { name: 'ttl-gt', arity: 1, invertible: false, excludes: ['ttl-lt', 'ttl-eq'] },
  { name: 'ttl-eq', aliases: ['ttl'], arity: 1, invertible: true, excludes: ['ttl-lt', 'ttl-gt'] },
];

export interface TtlData {
  readonly compare: '==' | '!=' | '<' | '>';
  readonly ttl: number;
}

function parseTtl(use: OptionUse): number {
  const ttl = wholeNumber(use.values[0] ?? '', 0, 255);
  if (ttl === undefined) {
    throw new ParameterProblem(`ttl: bad value for option "--${use.option}", or out of range (0-255).\n`, use.span);
  }
  return ttl;
}

function resolve(uses: readonly OptionUse[]): TtlData {
  let data: TtlData | undefined;
  readOptions('ttl', OPTIONS, uses, {
    'ttl-lt': (use) => (data = { compare: '<', ttl: parseTtl(use) }),
    'ttl-gt': (use) => (data = { compare: '>', ttl: parseTtl(use) }),
    'ttl-eq': (use) => (data = { compare: use.inverted ? '!=' : '==', ttl: parseTtl(use) }),
  });
  if (!data) throw new ParameterProblem('TTL match: You must specify one of `--ttl-eq\', `--ttl-lt\', `--ttl-gt');
  return data;
}

const SAVED: Readonly<Record<TtlData['compare'], string>> = {
  '==': ' --ttl-eq',
  '!=': ' ! --ttl-eq',
  '<': ' --ttl-lt',
  '>': ' --ttl-gt',
};

function predicate({ compare, ttl }: TtlData): Predicate {
  switch (compare) {
    case '==':
      return eq('ttl', ttl);
    case '!=':
      return not(eq('ttl', ttl));
    case '<':
      return ttl === 0 ? FALSE : range('ttl', 0, ttl - 1);
    case '>':
      return ttl === 255 ? FALSE : range('ttl', ttl + 1, 255);
  }
}

export const ttl: MatchExtension<TtlData> = {
  kind: 'match',
  name: 'ttl',
  families: ['ipv4'],
  effect: 'pure',
  options: OPTIONS,
  resolve,
  save: (data) => `${SAVED[data.compare]} ${data.ttl}`,
  list: (data) => ` TTL match TTL ${data.compare} ${data.ttl}`,
  lower: (data) => [{ kind: 'require', predicate: predicate(data) }],
  evaluate: (data, packet) => {
    switch (data.compare) {
      case '==':
        return packet.ttl === data.ttl;
      case '!=':
        return packet.ttl !== data.ttl;
      case '<':
        return packet.ttl < data.ttl;
      case '>':
        return packet.ttl > data.ttl;
    }
  },
  help: () => `ttl match options:
[!] --ttl-eq value	Match time to live value
  --ttl-lt value	Match TTL < value
  --ttl-gt value	Match TTL > value
`,
};
