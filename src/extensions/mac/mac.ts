/** `-m mac`: source address of the Ethernet header (kernel: xt_mac.c). False without such a header, whatever the inversion. */
import { ParameterProblem } from '../../errors/errors.js';
import { eq, invertIf } from '../../ir/predicate.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'mac-source', arity: 1, invertible: true, mandatory: true }];

export interface MacData {
  /** Lower case, colons, two digits each. */
  readonly source: string;
  readonly invert: boolean;
}

/** One byte as strtoul(3) with base 16 reads at most two characters: an empty one is 0, -1 is 255. Undefined where it is none. */
function parseByte(text: string): number | undefined {
  if (text === '') return 0;
  if (text.length > 2 || !/^[\s+-]?[0-9a-f]+$/i.test(text)) return undefined;
  return parseInt(text.trim(), 16) & 0xff;
}

function parseAddress(use: OptionUse): string {
  const text = use.values[0] ?? '';
  const bytes = text.split(':').map(parseByte);
  if (bytes.length !== 6 || bytes.includes(undefined)) throw new ParameterProblem('Invalid MAC address specified.', use.span);
  return bytes.map((byte) => byte!.toString(16).padStart(2, '0')).join(':');
}

export const mac: MatchExtension<MacData> = {
  kind: 'match',
  name: 'mac',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: MacData | undefined;
    readOptions('mac', OPTIONS, uses, {
      'mac-source': (use) => (data = { source: parseAddress(use), invert: use.inverted }),
    });
    return data!;
  },
  save: ({ source, invert }) => `${invert ? ' !' : ''} --mac-source ${source}`,
  list: ({ source, invert }) => ` MAC${invert ? ' !' : ''} ${source}`,
  lower: ({ source, invert }) => [
    { kind: 'require', predicate: eq('hasMac', 1) },
    { kind: 'require', predicate: invertIf(invert, eq('macSrc', BigInt(`0x${source.replaceAll(':', '')}`))) },
  ],
  evaluate: ({ source, invert }, { meta }) => {
    if (!meta.macSrc) return false;
    const text = Array.from(meta.macSrc, (byte) => byte.toString(16).padStart(2, '0')).join(':');
    return (text === source) !== invert;
  },
  // xt_mac registers for PREROUTING, INPUT and FORWARD: locally made packets have no such header yet.
  check: (_data, _head, reachableFrom) => (reachableFrom.includes('OUTPUT') ? INVALID_ARGUMENT : undefined),
  help: () => `mac match options:
[!] --mac-source XX:XX:XX:XX:XX:XX
				Match source MAC address
`,
};
