/**
 * The program that BPF_PROG_TEST_RUN compares with the oracle: metadata from the map `test_meta`, all three chains, and a return
 * code for each outcome.
 */
import type { HookShape } from './hook.js';
import { VERDICT } from './record.js';

/** Return codes beyond enum verdict. */
export const TEST_CODE = { pass: 16, discard: 17 } as const;

export const TEST_HOOK: HookShape = {
  hook: 'tc-ingress',
  name: 'test',
  entry: 'entry_test',
  chains: ['INPUT', 'FORWARD', 'OUTPUT'],
  own: {},
  gate: 'open',
  counting: 'plain',
  codes: { ...VERDICT, ...TEST_CODE },
};
