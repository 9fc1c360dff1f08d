/** The answers of REJECT, which OUTPUT judges before they are sent: no programs of their own, functions of those that reject. */
import type { HookShape } from './hook.js';
import { VERDICT } from './record.js';
import { XDP } from './xdp.js';

export const ANSWER: HookShape = {
  hook: 'tc-ingress',
  name: 'judge_answer',
  chains: ['OUTPUT'],
  own: {},
  gate: 'open',
  counting: 'plain',
  codes: { ...VERDICT, pass: VERDICT.drop, discard: VERDICT.drop },
};

/** The same at XDP. */
export const ANSWER_AT_XDP: HookShape = { ...ANSWER, hook: 'xdp', name: 'judge_answer_xdp', own: XDP.own };
