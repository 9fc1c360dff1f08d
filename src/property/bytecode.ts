/** The compiled program against the oracle: same rulesets, same packets; verdicts and every counter must agree. */
import { lowerRuleset } from '../lower/lower.js';
import type { CodeUnit } from '../link/code-unit.js';
import { toHex } from '../net/bytes.js';
import { decodePacket } from '../net/decode.js';
import { interpret, type Outcome } from '../oracle/interpret.js';
import { newOracleState, ruleKey } from '../oracle/state.js';
import { planRuleset } from '../plan/choose.js';
import type { StrategyName } from '../plan/plan.js';
import type { Ruleset } from '../ruleset/model.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import type { GeneratedPacket } from './generated-packet.js';
import { slotNames } from './slots.js';
import type { TestKernel } from './test-kernel.js';
import { TestProgram, type TestOutcome } from './test-program.js';

export interface BytecodeDifference {
  /** Index of the packet in the list given. */
  readonly index: number;
  readonly packet: GeneratedPacket;
  /** `VERDICT; KEY xPACKETS/BYTES, ...`, keys in alphabetical order. */
  readonly oracle: string;
  readonly program: string;
}

export interface BytecodeComparison {
  readonly packets: number;
  /** What the oracle said, counted: a comparison in which all packets end alike proves little. */
  readonly verdicts: Readonly<Record<'accept' | 'drop' | 'reject' | 'hotdrop', number>>;
  /** The first difference, or undefined. The comparison stops there. */
  readonly difference: BytecodeDifference | undefined;
}

/**
 * Compiles `ruleset` with `strategy`, loads it and sends `packets` through it and through the oracle.
 * @throws Error when the ruleset cannot be compiled or the verifier refuses it.
 */
export function compareBytecode(ruleset: Ruleset, packets: readonly GeneratedPacket[], strategy: StrategyName, library: readonly CodeUnit[], kernel: TestKernel): BytecodeComparison {
  const ir = lowerRuleset(ruleset, (chain, rule, family) => saveRule(chain, rule, family, 'none'));
  const names = slotNames(ir);
  const program = new TestProgram(planRuleset(ir, { strategy }), library, kernel);
  const state = newOracleState();
  const verdicts = { accept: 0, drop: 0, reject: 0, hotdrop: 0 };
  try {
    for (const [index, packet] of packets.entries()) {
      const view = decodePacket(packet.l3, packet.meta);
      const outcome = interpret(ruleset, packet.hook, view, state);
      verdicts[outcome.hotdrop ? 'hotdrop' : outcome.verdict]++;
      const oracle = oracleText(outcome, view.length);
      const got = programText(program.run(packet), names);
      if (oracle !== got) return { packets: index + 1, verdicts, difference: { index, packet, oracle, program: got } };
    }
    return { packets: packets.length, verdicts, difference: undefined };
  } finally {
    program.close();
  }
}

function oracleText(outcome: Outcome, length: number): string {
  const counts = new Map<string, number>();
  for (const entry of outcome.trail) counts.set(ruleKey(entry), (counts.get(ruleKey(entry)) ?? 0) + 1);
  return text(outcome.hotdrop ? 'hotdrop' : outcome.verdict, [...counts].map(([key, count]) => `${key} x${count}/${count * length}`));
}

function programText(outcome: TestOutcome, names: readonly string[]): string {
  return text(outcome.verdict, [...outcome.moved].map(([slot, { packets, bytes }]) => `${names[slot]} x${packets}/${bytes}`));
}

function text(verdict: string, moves: readonly string[]): string {
  return `${verdict}; ${[...moves].sort().join(', ')}`;
}

/** A difference in full, for people: the packet, both outcomes, the ruleset. */
export function describeDifference(difference: BytecodeDifference, rulesText: string): string {
  const { packet } = difference;
  const meta = JSON.stringify(packet.meta, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? toHex(value) : value));
  return [`packet ${difference.index} for ${packet.hook} (${packet.note})`, `  bytes   ${toHex(packet.l3)}`, `  meta    ${meta}`, `  oracle  ${difference.oracle}`, `  program ${difference.program}`, rulesText].join('\n');
}
