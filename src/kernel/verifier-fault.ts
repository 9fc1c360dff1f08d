/** Turns a refusal by the verifier into words that name the iptables rule. */
import { InternalFault, OtherProblem } from '../errors/errors.js';
import type { ProgSpec } from '../emit/spec.js';
import { isSystemCallError } from '../native/native.js';

/** The last instruction index a verifier log mentions (`123: (71) r1 = ...`), undefined when none. */
export function lastInstruction(log: string): number | undefined {
  const found = [...log.matchAll(/^(\d+): \(/gm)].at(-1);
  return found ? Number(found[1]) : undefined;
}

/** What stretch of the program an instruction belongs to. */
export function originOf(program: ProgSpec, insn: number): string | undefined {
  return program.origins.findLast((origin) => origin.insn <= insn)?.text;
}

/** What the verifier says at its limits: 1,000,000 instructions followed, 8192 branches open on a path. */
const TOO_MUCH = /^(BPF program is too large|The sequence of \d+ jumps is too complex)/m;

/** What to throw when loading `program` failed with `cause`: OtherProblem where the rules are too much for the verifier, else a fault of ours. */
export function loadFault(program: ProgSpec, cause: unknown): InternalFault | OtherProblem {
  const log = isSystemCallError(cause) ? (cause.log ?? '') : '';
  if (TOO_MUCH.test(log)) return new OtherProblem('too many rules, or rules that compare too much: the kernel gives up before it has verified them');
  const insn = lastInstruction(log);
  const origin = insn === undefined ? undefined : originOf(program, insn);
  const tail = log.trimEnd().split('\n').slice(-12).join('\n');
  const where = origin === undefined ? '' : ` at instruction ${insn}, from: ${origin}`;
  return new InternalFault(`the kernel refused program ${program.name}${where}: ${cause instanceof Error ? cause.message : String(cause)}${tail && `\n${tail}`}`, { cause });
}
