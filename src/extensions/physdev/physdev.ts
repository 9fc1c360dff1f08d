/** `-m physdev`: the bridge ports of a packet that comes over a bridge (kernel: xt_physdev.c over struct nf_bridge_info). */
import { ParameterProblem } from '../../errors/errors.js';
import type { BuiltinChain } from '../../ruleset/model.js';
import type { MatchExtension, OptionUse, ResolveContext } from '../extension.js';
import { nameWords, readDeviceName, sameName } from '../guided/device-name.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'physdev-in', arity: 1, invertible: true },
  { name: 'physdev-out', arity: 1, invertible: true },
  { name: 'physdev-is-in', arity: 0, invertible: true },
  { name: 'physdev-is-out', arity: 0, invertible: true },
  { name: 'physdev-is-bridged', arity: 0, invertible: true },
];

interface Asked {
  readonly invert: boolean;
}

export interface PhysdevData {
  readonly isIn?: Asked;
  readonly in?: Asked & { readonly name: string };
  readonly isOut?: Asked;
  readonly out?: Asked & { readonly name: string };
  readonly isBridged?: Asked;
}

/** XT_PHYSDEV_OP_*. */
const FLAG = { in: 1, out: 2, isBridged: 4, isIn: 8, isOut: 16 } as const;

function resolve(uses: readonly OptionUse[], { warn }: ResolveContext): PhysdevData {
  const data: { -readonly [part in keyof PhysdevData]: PhysdevData[part] } = {};
  readOptions('physdev', OPTIONS, uses, {
    'physdev-in': (use) => (data.in = { name: readDeviceName(use, warn), invert: use.inverted }),
    'physdev-out': (use) => (data.out = { name: readDeviceName(use, warn), invert: use.inverted }),
    'physdev-is-in': (use) => (data.isIn = { invert: use.inverted }),
    'physdev-is-out': (use) => (data.isOut = { invert: use.inverted }),
    'physdev-is-bridged': (use) => (data.isBridged = { invert: use.inverted }),
  });
  if (uses.length === 0) throw new ParameterProblem('PHYSDEV: no physdev option specified');
  return data;
}

function print({ isIn, in: input, isOut, out, isBridged }: PhysdevData, word: (name: string) => string): string {
  const one = (option: string, asked: Asked | undefined, name?: string): string => (asked === undefined ? '' : `${asked.invert ? ' !' : ''} --physdev-${option}${name === undefined ? '' : ` ${word(name)}`}`);
  return one('is-in', isIn) + one('in', input, input?.name) + one('is-out', isOut) + one('out', out, out?.name) + one('is-bridged', isBridged);
}

/** A name as a word that is read as this one again. */
const quoted = (name: string): string => (/^[A-Za-z0-9_.:+-]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`);

/**
 * The kernel refuses rules about a way out that OUTPUT does not know. Frames that a bridge passes on itself are not judged here (they come by no covered device):
 * rules in FORWARD that only such can match are refused, rather than never hold.
 */
function check({ out, isOut, isBridged }: PhysdevData, _head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  const asksOut = out !== undefined || isOut !== undefined;
  const bridged = isBridged !== undefined && !isBridged.invert;
  if (reachableFrom.includes('OUTPUT') && asksOut && !bridged) return INVALID_ARGUMENT;
  const onlyBridged = bridged || (out !== undefined && !out.invert) || (isOut !== undefined && !isOut.invert);
  return onlyBridged && reachableFrom.includes('FORWARD') ? INVALID_ARGUMENT : undefined;
}

function flagsOf(data: PhysdevData): { readonly asked: number; readonly invert: number } {
  let [asked, invert] = [0, 0];
  for (const part of ['in', 'out', 'isBridged', 'isIn', 'isOut'] as const) {
    const option = data[part];
    if (option !== undefined) asked |= FLAG[part];
    if (option?.invert) invert |= FLAG[part];
  }
  return { asked, invert };
}

/** Nothing that is judged here has a bridge port to go out by. */
function evaluate(data: PhysdevData, port: string | undefined): boolean {
  const { asked, invert } = flagsOf(data);
  if (port === undefined) return (asked & ~invert) === 0;
  const wrong = [data.isBridged && !data.isBridged.invert, data.isIn?.invert, data.isOut && !data.isOut.invert, data.in && sameName(data.in.name, port) === data.in.invert, data.out !== undefined];
  return !wrong.some((one) => one === true);
}

export const physdev: MatchExtension<PhysdevData> = {
  kind: 'match',
  name: 'physdev',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save: (data) => print(data, (name) => name),
  stored: (data) => print(data, quoted),
  list: (data) => ` PHYSDEV match${print(data, (name) => name)}`,
  lower: (data) => {
    const { asked, invert } = flagsOf(data);
    const { name, mask } = nameWords(data.in?.name ?? '');
    return [{ kind: 'call', stub: 'physdev', invert: false, config: [BigInt(asked) | (BigInt(invert) << 32n), ...name, ...mask] }];
  },
  evaluate: (data, { meta }) => evaluate(data, meta.bridgePort),
  check,
  help: () => `physdev match options:
 [!] --physdev-in inputname[+]		bridge port name ([+] for wildcard)
 [!] --physdev-out outputname[+]	bridge port name ([+] for wildcard)
 [!] --physdev-is-in			arrived on a bridge device
 [!] --physdev-is-out			will leave on a bridge device
 [!] --physdev-is-bridged		it's a bridged packet
`,
};
