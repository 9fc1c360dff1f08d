/** `-j REJECT`: drop the packet and answer it (kernel: ipt_REJECT.c, nf_reject_ipv4.c). */
import { ParameterProblem } from '../../errors/errors.js';
import type { TargetExtension, OptionUse, ResolveContext } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { requireProtocol } from '../guided/refusal.js';
import { REJECT_TYPES, TCP_RESET } from './types.js';

const TCP = 6;
const DEFAULT = 'icmp-port-unreachable';

const OPTIONS: readonly GuidedOption[] = [{ name: 'reject-with', arity: 1, invertible: false }];

export interface RejectData {
  /** The full name of the answer. */
  readonly with: string;
}

function typeNumber({ with: name }: RejectData): number {
  return REJECT_TYPES.find((t) => t.name === name)!.type;
}

/** A name, an alias or the beginning of either, any case. */
function parseType(use: OptionUse, context: ResolveContext): string {
  const text = use.values[0] ?? '';
  const wanted = text.toLowerCase();
  const found = REJECT_TYPES.find(({ name, alias }) => name.startsWith(wanted) || alias.startsWith(wanted));
  if (found) return found.name;
  if ('echo-reply'.startsWith(wanted) || 'echoreply'.startsWith(wanted)) {
    context.warn?.('--reject-with echo-reply no longer supported');
  }
  throw new ParameterProblem(`unknown reject type "${text}"`, use.span);
}

export const reject: TargetExtension<RejectData> = {
  kind: 'target',
  name: 'REJECT',
  families: ['ipv4'],
  options: OPTIONS,
  resolve: (uses, context) => {
    let name = DEFAULT;
    readOptions('REJECT', OPTIONS, uses, { 'reject-with': (use) => (name = parseType(use, context)) });
    return { with: name };
  },
  save: (data) => ` --reject-with ${data.with}`,
  list: (data) => ` reject-with ${data.with}`,
  lower: (data) => ({ kind: 'reject', type: typeNumber(data) }),
  evaluate: () => 'reject',
  check: (data, head) => (typeNumber(data) === TCP_RESET ? requireProtocol(head, [TCP]) : undefined),
  help: () => {
    const lines = REJECT_TYPES.map(
      ({ name, alias, help }) => `    ${name.padEnd(25)}\t${help}\n    ${alias.padEnd(25)}\talias\n`,
    );
    return `REJECT target options:
--reject-with type              drop input packet and send back
                                a reply packet according to type:
Valid reject types:
${lines.join('')}
(*) See man page or read the INCOMPATIBILITES file for compatibility issues.
`;
  },
};
