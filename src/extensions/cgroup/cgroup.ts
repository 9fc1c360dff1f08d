/** `-m cgroup`: the cgroup of the socket that sent the packet (kernel: xt_cgroup.c revision 2). */
import { ParameterProblem } from '../../errors/errors.js';
import { cgroupId } from '../../net/cgroup-path.js';
import type { PacketView } from '../../net/packet-view.js';
import type { BuiltinChain } from '../../ruleset/model.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';
import { quote } from '../guided/quote.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'path', arity: 1, invertible: true },
  { name: 'cgroup', arity: 1, invertible: true },
];
const MOST = 0xffff_ffff;

export interface CgroupData {
  readonly path?: { readonly path: string; readonly invert: boolean };
  readonly classid?: { readonly classid: number; readonly invert: boolean };
}

function parseClass(use: OptionUse): number {
  const classid = wholeNumber(use.values[0] ?? '', 0, MOST);
  if (classid === undefined) throw new ParameterProblem(`cgroup: bad value for option "--cgroup", or out of range (0-${MOST}).\n`, use.span);
  return classid;
}

function resolve(uses: readonly OptionUse[]): CgroupData {
  const data: { -readonly [part in keyof CgroupData]: CgroupData[part] } = {};
  readOptions('cgroup', OPTIONS, uses, {
    path: (use) => (data.path = { path: use.values[0] ?? '', invert: use.inverted }),
    cgroup: (use) => (data.classid = { classid: parseClass(use), invert: use.inverted }),
  });
  return data;
}

/** One of both, and the directory is there. The kernel has the match in INPUT, too, for what early demux has found a socket for; tc ingress comes before that. */
function check({ path, classid }: CgroupData, _head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  const wrong = (path === undefined) === (classid === undefined) || (path !== undefined && cgroupId(path.path) === undefined);
  return wrong || reachableFrom.some((chain) => chain !== 'OUTPUT') ? INVALID_ARGUMENT : undefined;
}

/** Bits of the first word of the stub's configuration. */
const [INVERT, PATH] = [1n, 2n];

function evaluate({ path, classid }: CgroupData, { meta }: PacketView): boolean {
  const at = meta.sender?.cgroup;
  if (at === undefined) return false;
  if (classid !== undefined) return (at.classid === classid.classid) !== classid.invert;
  return path !== undefined && at.ids.includes(cgroupId(path.path) ?? -1n) !== path.invert;
}

export const cgroup: MatchExtension<CgroupData> = {
  kind: 'match',
  name: 'cgroup',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save: ({ path, classid }) =>
    path !== undefined ? `${path.invert ? ' !' : ''} --path ${quote(path.path)}` : classid === undefined ? '' : `${classid.invert ? ' !' : ''} --cgroup ${classid.classid}`,
  list: ({ path, classid }) => (path !== undefined ? ` cgroup ${path.invert ? '! ' : ''}${path.path}` : classid === undefined ? '' : ` cgroup ${classid.invert ? '! ' : ''}${classid.classid}`),
  lower: ({ path, classid }) => [
    {
      kind: 'call',
      stub: 'cgroup',
      invert: false,
      config: path !== undefined ? [PATH | (path.invert ? INVERT : 0n), cgroupId(path.path) ?? 0n] : [classid?.invert ? INVERT : 0n, BigInt(classid?.classid ?? 0)],
    },
  ],
  evaluate,
  check,
  help: () => `cgroup match options:
[!] --path path                 Recursively match path relative to cgroup2 root
[!] --cgroup classid            Match cgroup classid, can't be used with --path
`,
};
