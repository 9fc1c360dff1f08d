/** `-m ah` of iptables: the security parameters index of an authentication header (kernel: ipt_ah.c ah_mt). */
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { headerNumberSteps, spiMatches } from '../guided/header-number.js';
import { requireProtocol } from '../guided/refusal.js';
import { ANY_UINT32, UINT32_MAX, listUint32Range, readUintRange, saveUint32Range, type InvertibleRange } from '../guided/uint.js';

const AH = 51;
/** All of it but the integrity check value; the index is its second word. */
const HEADER_LENGTH = 12;
const SPI_AT = 4;

const OPTIONS: readonly GuidedOption[] = [{ name: 'ahspi', arity: 1, invertible: true }];

export const ah: MatchExtension<InvertibleRange> = {
  kind: 'match',
  name: 'ah',
  families: ['ipv4'],
  effect: 'pure',
  calls: true,
  implicitFor: [AH],
  options: OPTIONS,
  resolve: (uses) => {
    let spi = ANY_UINT32;
    readOptions('ah', OPTIONS, uses, { ahspi: (use) => (spi = { ...readUintRange('ah', use, UINT32_MAX), invert: use.inverted }) });
    return spi;
  },
  save: (spi) => saveUint32Range('ahspi', spi),
  list: (spi) => ` ah ${listUint32Range('spi', spi)}`,
  lower: (spi) => headerNumberSteps({ needed: HEADER_LENGTH, at: SPI_AT, shift: 0, mask: UINT32_MAX }, spi),
  evaluate: (spi, packet) => spiMatches(packet, HEADER_LENGTH, SPI_AT, spi),
  check: (_data, head) => requireProtocol(head, [AH]),
  help: () => `ah match options:
[!] --ahspi spi[:spi]
				match spi (range)
`,
};
