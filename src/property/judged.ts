/** Packets with what the oracle says about them: made once, held against any number of programs. */
import type { RulesetIr } from '../ir/chain-ir.js';
import { lowerRuleset } from '../lower/lower.js';
import { be16, concatBytes } from '../net/bytes.js';
import { decodePacket } from '../net/decode.js';
import { ETHERTYPE } from '../net/ethernet.js';
import { interpret, type Outcome } from '../oracle/interpret.js';
import { newOracleState, ruleKey } from '../oracle/state.js';
import type { Ruleset } from '../ruleset/model.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import type { GeneratedPacket } from './generated-packet.js';
import { slotNames } from './slots.js';
import { encodeTestMeta } from './test-meta.js';

export type JudgedVerdict = Outcome['verdict'] | 'hotdrop';

export interface JudgedPacket {
  readonly packet: GeneratedPacket;
  /** What a test run takes: an Ethernet frame, and the value of `test_meta`. */
  readonly frame: Uint8Array;
  readonly meta: Uint8Array;
  readonly length: number;
  readonly verdict: JudgedVerdict;
  /** Whose counters move, each as often as it stands here. */
  readonly slots: readonly number[];
}

export interface JudgedTraffic {
  readonly ir: RulesetIr;
  /** `CHAIN POSITION` of each counter slot. */
  readonly names: readonly string[];
  readonly packets: readonly JudgedPacket[];
}

const MACS = Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);

/** Sends `packets` through the oracle, in order. */
export function judgeTraffic(ruleset: Ruleset, packets: readonly GeneratedPacket[]): JudgedTraffic {
  const ir = lowerRuleset(ruleset, (chain, rule, family) => saveRule(chain, rule, family, 'none'));
  const names = slotNames(ir);
  const slotOf = new Map(names.map((name, slot) => [name, slot]));
  const header = concatBytes(MACS, be16(ETHERTYPE[ruleset.family]));
  const state = newOracleState();
  const judged = packets.map((packet): JudgedPacket => {
    const view = decodePacket(packet.l3, packet.meta);
    const { verdict, hotdrop, trail } = interpret(ruleset, packet.hook, view, state);
    return {
      packet,
      frame: concatBytes(header, packet.l3),
      meta: encodeTestMeta(view, packet.hook),
      length: view.length,
      verdict: hotdrop ? 'hotdrop' : verdict,
      slots: trail.map((entry) => slotOf.get(ruleKey(entry))!),
    };
  });
  return { ir, names, packets: judged };
}
