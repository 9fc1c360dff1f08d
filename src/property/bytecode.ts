/** The compiled program against the oracle: same rulesets, same packets; verdicts and every counter must agree. */
import type { CodeUnit } from '../link/code-unit.js';
import { toHex } from '../net/bytes.js';
import { planRuleset } from '../plan/choose.js';
import type { StrategyName } from '../plan/plan.js';
import type { GeneratedPacket } from './generated-packet.js';
import type { JudgedPacket, JudgedTraffic, JudgedVerdict } from './judged.js';
import type { TestKernel } from './test-kernel.js';
import { TestProgram } from './test-program.js';

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
  readonly verdicts: Readonly<Record<JudgedVerdict, number>>;
  /** The first difference, or undefined. The comparison stops there. */
  readonly difference: BytecodeDifference | undefined;
}

/** So many packets pass between two looks at the counters. */
const BATCH = 256;

/**
 * Compiles the rules of `traffic` with `strategy`, loads them and sends its packets through. Counters are read after each batch; where they differ,
 * a program loaded anew judges packet by packet.
 * @throws Error when the ruleset cannot be compiled or the verifier refuses it.
 */
export function compareBytecode(traffic: JudgedTraffic, strategy: StrategyName, library: readonly CodeUnit[], kernel: TestKernel): BytecodeComparison {
  const load = (): TestProgram => new TestProgram(planRuleset(traffic.ir, { strategy }), library, kernel);
  const program = load();
  try {
    const failed = firstFailure(traffic, program, BATCH);
    const compared = failed === undefined ? traffic.packets.length : failed + 1;
    return { packets: compared, verdicts: verdictsOf(traffic.packets.slice(0, compared)), difference: failed === undefined ? undefined : located(traffic, load, failed) };
  } finally {
    program.close();
  }
}

/** Index of the packet with another verdict, or of the last one before counters were found to differ; undefined where all is equal. */
function firstFailure({ packets, names }: JudgedTraffic, program: TestProgram, batch: number): number | undefined {
  const expected = new BigInt64Array(2 * names.length);
  for (const [index, judged] of packets.entries()) {
    if (program.judge(judged) !== judged.verdict) return index;
    for (const slot of judged.slots) {
      expected[2 * slot]! += 1n;
      expected[2 * slot + 1]! += BigInt(judged.length);
    }
    const look = (index + 1) % batch === 0 || index + 1 === packets.length;
    if (look && program.counters().some((value, at) => value !== expected[at])) return index;
  }
  return undefined;
}

/** The first packet up to `last` that a program judges or counts otherwise than the oracle. */
function located({ packets, names }: JudgedTraffic, load: () => TestProgram, last: number): BytecodeDifference {
  const program = load();
  try {
    let before: BigInt64Array = new BigInt64Array(2 * names.length);
    for (const [index, judged] of packets.slice(0, last + 1).entries()) {
      const verdict = program.judge(judged);
      const now = program.counters();
      const got = text(verdict, [...now.keys()].filter((at) => at % 2 === 0 && (now[at] !== before[at] || now[at + 1] !== before[at + 1])).map((at) => move(names[at / 2]!, now[at]! - before[at]!, now[at + 1]! - before[at + 1]!)));
      const oracle = oracleText(judged, names);
      if (got !== oracle) return { index, packet: judged.packet, oracle, program: got };
      before = now;
    }
  } finally {
    program.close();
  }
  return { index: last, packet: packets[last]!.packet, oracle: 'equal in a second run', program: 'other verdicts or counters in the first run' };
}

function verdictsOf(packets: readonly JudgedPacket[]): Record<JudgedVerdict, number> {
  const verdicts = { accept: 0, drop: 0, reject: 0, hotdrop: 0 };
  for (const { verdict } of packets) verdicts[verdict]++;
  return verdicts;
}

function oracleText({ verdict, slots, length }: JudgedPacket, names: readonly string[]): string {
  const counts = new Map<number, number>();
  for (const slot of slots) counts.set(slot, (counts.get(slot) ?? 0) + 1);
  return text(verdict, [...counts].map(([slot, count]) => move(names[slot]!, BigInt(count), BigInt(count * length))));
}

function move(name: string, packets: bigint, bytes: bigint): string {
  return `${name} x${packets}/${bytes}`;
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
