/** `-j REJECT`: drop the packet and answer it (kernel: ipt_REJECT.c and nf_reject_ipv4.c, ip6t_REJECT.c and nf_reject_ipv6.c). One for each family. */
import { ParameterProblem } from '../../errors/errors.js';
import type { Family } from '../../ruleset/model.js';
import type { TargetExtension, OptionUse, ResolveContext } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { requireProtocol } from '../guided/refusal.js';
import { REJECT_TYPES, TCP_RESET } from './types.js';

const TCP = 6;
const DEFAULT: Readonly<Record<Family, string>> = { ipv4: 'icmp-port-unreachable', ipv6: 'icmp6-port-unreachable' };

const OPTIONS: readonly GuidedOption[] = [{ name: 'reject-with', arity: 1, invertible: false }];

export interface RejectData {
  /** The full name of the answer. */
  readonly with: string;
}

function typeNumber({ with: name }: RejectData, family: Family): number {
  return REJECT_TYPES[family].find((t) => t.name === name)!.type;
}

/** A name, an alias or the beginning of either, any case. */
function parseType(use: OptionUse, context: ResolveContext): string {
  const text = use.values[0] ?? '';
  const wanted = text.toLowerCase();
  const found = REJECT_TYPES[context.family].find(({ name, alias }) => name.startsWith(wanted) || alias.startsWith(wanted));
  if (found) return found.name;
  if (context.family === 'ipv4' && ('echo-reply'.startsWith(wanted) || 'echoreply'.startsWith(wanted))) {
    context.warn?.('--reject-with echo-reply no longer supported');
  }
  throw new ParameterProblem(`unknown reject type "${text}"`, use.span);
}

const HELP_END: Readonly<Record<Family, string>> = { ipv4: '\n(*) See man page or read the INCOMPATIBILITES file for compatibility issues.\n', ipv6: '\n' };

function help(family: Family): string {
  const lines = REJECT_TYPES[family].map(
    ({ name, alias, help: says }) => `    ${name.padEnd(25)}\t${says}\n    ${alias.padEnd(25)}\talias\n`,
  );
  return `REJECT target options:
--reject-with type              drop input packet and send back
                                a reply packet according to type:
Valid reject types:
${lines.join('')}${HELP_END[family]}`;
}

function rejectOf(family: Family): TargetExtension<RejectData> {
  return {
    kind: 'target',
    name: 'REJECT',
    families: [family],
    options: OPTIONS,
    resolve: (uses, context) => {
      let name = DEFAULT[family];
      readOptions('REJECT', OPTIONS, uses, { 'reject-with': (use) => (name = parseType(use, context)) });
      return { with: name };
    },
    save: (data) => ` --reject-with ${data.with}`,
    list: (data) => ` reject-with ${data.with}`,
    lower: (data) => ({ kind: 'reject', type: typeNumber(data, family) }),
    evaluate: () => 'reject',
    check: (data, head) => (typeNumber(data, family) === TCP_RESET ? requireProtocol(head, [TCP]) : undefined),
    help: () => help(family),
  };
}

export const reject = rejectOf('ipv4');
export const reject6 = rejectOf('ipv6');
