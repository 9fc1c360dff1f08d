/** `-m ipcomp`: the compression parameter index of an IPComp header (kernel: xt_ipcomp.c comp_mt). */
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { headerNumberSteps, layer4Header } from '../guided/header-number.js';
import { be16 } from '../guided/l4.js';
import { requireProtocol } from '../guided/refusal.js';
import { UINT16_MAX, UINT32_MAX, inRange, listUint32Range, readUintRange, saveUint32Range, type InvertibleRange } from '../guided/uint.js';

const IPCOMP = 108;
/** Next header, flags, index. */
const HEADER_LENGTH = 4;

const OPTIONS: readonly GuidedOption[] = [
  { name: 'ipcompspi', arity: 1, invertible: true },
  { name: 'compres', arity: 0, invertible: false },
];

export interface IpcompData {
  /** Without the option 0: the match has no other default. */
  readonly spi: InvertibleRange;
  /** `--compres`, which the kernel does not heed. */
  readonly reserved: boolean;
}

function resolve(uses: Parameters<MatchExtension['resolve']>[0]): IpcompData {
  let spi: InvertibleRange = { min: 0, max: 0, invert: false };
  let reserved = false;
  readOptions('ipcomp', OPTIONS, uses, {
    ipcompspi: (use) => (spi = { ...readUintRange('ipcomp', use, UINT32_MAX), invert: use.inverted }),
    compres: () => (reserved = true),
  });
  return { spi, reserved };
}

export const ipcomp: MatchExtension<IpcompData> = {
  kind: 'match',
  name: 'ipcomp',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  implicitFor: [IPCOMP],
  options: OPTIONS,
  resolve,
  save: ({ spi, reserved }) => `${saveUint32Range('ipcompspi', spi)}${reserved ? ' --compres' : ''}`,
  list: ({ spi, reserved }) => ` comp ${listUint32Range('spi', spi)}${reserved ? ' reserved' : ''}`,
  lower: ({ spi }) => headerNumberSteps({ needed: HEADER_LENGTH, at: 0, shift: 0, mask: UINT16_MAX }, spi),
  evaluate: ({ spi }, packet) => {
    const header = layer4Header(packet, HEADER_LENGTH);
    return header instanceof Uint8Array ? inRange(be16(header, 2), spi) : header;
  },
  check: (_data, head) => requireProtocol(head, [IPCOMP]),
  help: () => `comp match options:
[!] --ipcompspi spi[:spi]
				match spi (range)
`,
};
