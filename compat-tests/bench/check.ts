/** Holds a program against what is right for its workload before it is timed: a fast wrong answer is worth nothing. */
import type { RulesetIr } from '../../src/ir/chain-ir.js';
import { ruleKey, type TrailEntry } from '../../src/oracle/state.js';
import { PACKET_LENGTH, verdictName, type BenchProgram } from './bench-program.js';
import type { Header } from './flat-rule.js';
import type { Workload } from './workload.js';

/** Counter slots by ruleKey(). */
function slotsOf(ir: RulesetIr): Map<string, number> {
  const slots = new Map<string, number>();
  for (const chain of ir.chains) {
    chain.rules.forEach((rule, index) => slots.set(ruleKey({ chain: chain.name, rule: index }), rule.slot));
    if (chain.policy !== undefined) slots.set(ruleKey({ chain: chain.name, rule: 'policy' }), chain.policy.slot);
  }
  return slots;
}

/** Headers whose verdict is looked at one by one. */
const SINGLY = 32;

/**
 * Runs `headers` through the program, all at once and some one by one; every counter and those verdicts must be right.
 * @throws Error naming the first counter or header that is not
 */
export function checkProgram(program: BenchProgram, workload: Workload, ir: RulesetIr, headers: readonly Header[]): void {
  const slots = slotsOf(ir);
  const names = new Map([...slots].map(([key, slot]) => [slot, key]));
  const expected = new Map<number, bigint>();
  const trails = headers.map((header) => workload.trail(header));
  const expect = (trail: readonly TrailEntry[]): void => {
    for (const entry of trail) {
      const slot = slots.get(ruleKey(entry));
      if (slot === undefined) throw new Error(`no slot for ${ruleKey(entry)}`);
      expected.set(slot, (expected.get(slot) ?? 0n) + 1n);
    }
  };
  const before = program.counters();
  program.load(headers);
  program.run(headers.length);
  trails.forEach(expect);
  for (let index = 0; index < Math.min(SINGLY, headers.length); index++) {
    const { verdict } = program.run(1);
    expect(trails[index]!);
    const right = workload.verdict(headers[index]!);
    if (verdictName(verdict) !== right) throw new Error(`${workload.shape}: header ${JSON.stringify(headers[index])}: ${verdictName(verdict)}, should be ${right}`);
  }
  const after = program.counters();
  for (let slot = 0; slot < after.length / 2; slot++) {
    const wanted = expected.get(slot) ?? 0n;
    const [packets, bytes] = [after[2 * slot]! - before[2 * slot]!, after[2 * slot + 1]! - before[2 * slot + 1]!];
    if (packets !== wanted || bytes !== wanted * PACKET_LENGTH) throw new Error(`${workload.shape}: ${names.get(slot) ?? slot}: ${packets} packets, ${bytes} bytes; should be ${wanted}, ${wanted * PACKET_LENGTH}`);
  }
}
