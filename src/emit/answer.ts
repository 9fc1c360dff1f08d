/** The answers of REJECT, which OUTPUT judges before they are sent: no program of its own, a function of the tc programs. */
import type { HookShape } from './hook.js';
import { VERDICT } from './record.js';

export const ANSWER: HookShape = {
  hook: 'tc-ingress',
  name: 'answer',
  entry: 'none',
  chains: ['OUTPUT'],
  own: {},
  gate: 'open',
  counting: 'plain',
  codes: { ...VERDICT, pass: VERDICT.drop, discard: VERDICT.drop },
};
