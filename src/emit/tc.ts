/** The tc hooks (tcx): INPUT and FORWARD at ingress, OUTPUT at egress. Accepted packets go on to the next program (TCX_NEXT). */
import { ANSWER } from './answer.js';
import type { HookShape } from './hook.js';

const TCX_NEXT = -1;
const TC_ACT_SHOT = 2;
/** What the program redirected goes where it was redirected to. */
export const TC_ACT_REDIRECT = 7;

const codes: HookShape['codes'] = {
  pass: TCX_NEXT,
  accept: TCX_NEXT,
  drop: TC_ACT_SHOT,
  hotdrop: TC_ACT_SHOT,
  discard: TC_ACT_SHOT,
  reject: { stage: 'reject' },
};

const everyTc = { own: {}, gate: 'pair', counting: 'plain', codes } as const satisfies Partial<HookShape>;

/** The functions that judge first fragments (fragments.ts): like those of answers, no programs. */
const FIRST_IN: HookShape = { ...ANSWER, name: 'judge_first_in', chains: ['INPUT', 'FORWARD'], counting: 'noted' };
const FIRST_OUT: HookShape = { ...FIRST_IN, hook: 'tc-egress', name: 'judge_first_out', chains: ['OUTPUT'] };

export const TC_INGRESS: HookShape = { hook: 'tc-ingress', name: 'in', entry: 'entry_tc_ingress', chains: ['INPUT', 'FORWARD'], first: FIRST_IN, ...everyTc };

export const TC_EGRESS: HookShape = { hook: 'tc-egress', name: 'out', entry: 'entry_tc_egress', chains: ['OUTPUT'], first: FIRST_OUT, ...everyTc };
