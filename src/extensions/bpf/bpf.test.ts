/** Programs that the kernel takes and that ask for what cannot be answered exactly: refused in its words. */
import { describe, expect, it } from 'vitest';
import { ANCILLARY, NETWORK } from '../../ir/classic.js';
import type { RuleHead } from '../../ruleset/model.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';
import { bpf } from './bpf.js';
import { LINK } from './program.js';

const answer = (bytecode: string): string | undefined =>
  bpf.check!(bpf.resolve([{ option: 'bytecode', inverted: false, values: [bytecode] }], { family: 'ipv4', protocol: undefined }), {} as RuleHead, ['INPUT']);

describe('loads at negative offsets', () => {
  it.each([0, 20, 40])('metadata %d is answered', (which) => expect(answer(`2,32 0 0 ${ANCILLARY + which},22 0 0 0`)).toBeUndefined());
  it.each([4, 8, 12, 16, 24, 28, 32, 36, 44, 48, 52, 56, 60])('metadata %d is refused', (which) => expect(answer(`2,32 0 0 ${ANCILLARY + which},22 0 0 0`)).toBe(INVALID_ARGUMENT));
  it('the network header is answered', () => expect(answer(`2,48 0 0 ${NETWORK + 9},22 0 0 0`)).toBeUndefined());
  it('the link layer is refused', () => {
    expect(answer(`2,40 0 0 ${LINK + 12},22 0 0 0`)).toBe(INVALID_ARGUMENT);
    expect(answer(`3,177 0 0 ${LINK + 14},135 0 0 0,22 0 0 0`)).toBe(INVALID_ARGUMENT);
  });
});
