/** Turns a refusal by the verifier into words that name the iptables rule. */
import { InternalFault } from '../errors/errors.js';
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

/** The fault to throw when loading `program` failed with `cause`. */
export function loadFault(program: ProgSpec, cause: unknown): InternalFault {
  const log = isSystemCallError(cause) ? (cause.log ?? '') : '';
  const insn = lastInstruction(log);
  const origin = insn === undefined ? undefined : originOf(program, insn);
  const tail = log.trimEnd().split('\n').slice(-12).join('\n');
  const where = origin === undefined ? '' : ` at instruction ${insn}, from: ${origin}`;
  return new InternalFault(`the kernel refused program ${program.name}${where}: ${cause instanceof Error ? cause.message : String(cause)}${tail && `\n${tail}`}`, { cause });
}
