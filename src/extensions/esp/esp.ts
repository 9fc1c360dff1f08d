/** `-m esp`: the security parameters index of an ESP header (kernel: xt_esp.c esp_mt). */
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { headerNumberSteps, spiMatches } from '../guided/header-number.js';
import { requireProtocol } from '../guided/refusal.js';
import { ANY_UINT32, UINT32_MAX, listUint32Range, readUintRange, saveUint32Range, type InvertibleRange } from '../guided/uint.js';

const ESP = 50;
/** Index and sequence number. */
const HEADER_LENGTH = 8;

const OPTIONS: readonly GuidedOption[] = [{ name: 'espspi', arity: 1, invertible: true }];

export const esp: MatchExtension<InvertibleRange> = {
  kind: 'match',
  name: 'esp',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  implicitFor: [ESP],
  options: OPTIONS,
  resolve: (uses) => {
    let spi = ANY_UINT32;
    readOptions('esp', OPTIONS, uses, { espspi: (use) => (spi = { ...readUintRange('esp', use, UINT32_MAX), invert: use.inverted }) });
    return spi;
  },
  save: (spi) => saveUint32Range('espspi', spi),
  list: (spi) => {
    const listed = listUint32Range('spi', spi);
    return ` esp${listed === '' ? '' : ` ${listed}`}`;
  },
  lower: (spi) => headerNumberSteps({ needed: HEADER_LENGTH, at: 0, shift: 0, mask: UINT32_MAX }, spi),
  evaluate: (spi, packet) => spiMatches(packet, HEADER_LENGTH, 0, spi),
  check: (_data, head) => requireProtocol(head, [ESP]),
  help: () => `esp match options:
[!] --espspi spi[:spi]
				match spi (range)
`,
};
