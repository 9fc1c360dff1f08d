/**
 * A generation small enough to write by hand, for tests of the kernel room alone: the gate of docs/architecture.md, one counter
 * (slot 0), and a fixed verdict for every packet.
 */
import { Add, Mov } from '../src/asm/alu.js';
import { assemble } from '../src/asm/assemble.js';
import { Code } from '../src/asm/code.js';
import { Call, Exit, JEq, JLt, JNe } from '../src/asm/jump.js';
import { AtomicAdd, Load, LoadImm64, Store } from '../src/asm/memory.js';
import { R0, R1, R2, R6, RFP } from '../src/asm/register.js';
import type { CodeUnit } from '../src/link/code-unit.js';
import type { GenerationSpec, MapSpec, ProgSpec } from '../src/emit/spec.js';

const TCX_NEXT = -1;
const TC_ACT_SHOT = 2;
const STRIPE = 16;
/** Offset of __sk_buff.len. */
const SKB_LEN = 0;

function program(generation: bigint, hook: 'tc-ingress' | 'tc-egress', verdict: 'accept' | 'drop'): ProgSpec {
  const first = generation % 2n === 0n;
  const code = new Code().emit(
    Mov.reg(R6, R1),
    Store.imm(RFP, -4, 0, 4),
    Mov.reg(R2, RFP),
    Add.imm(R2, -4),
    LoadImm64.map(R1, 'judged'),
    Call.helper(1),
    JEq.imm(R0, 0, 'next'),
    LoadImm64.mapValue(R1, 'root', 0),
    Load.mem(R1, R1, 0, 8),
    LoadImm64.value(R2, generation),
  );
  if (first) {
    code.emit(JNe.reg(R1, R2, 'not me'), Store.imm(R0, 0, 1, 4));
  } else {
    code.emit(JLt.reg(R1, R2, 'next'), Load.mem(R1, R0, 0, 4), JNe.imm(R1, 0, 'not me'));
  }
  code.emit(LoadImm64.mapValue(R2, 'counters'));
  code.emit(
    Mov.imm(R1, 1),
    AtomicAdd.mem(R2, 0, R1, 8),
    Load.mem(R1, R6, SKB_LEN, 4),
    AtomicAdd.mem(R2, 8, R1, 8),
    Mov.imm32(R0, verdict === 'accept' ? TCX_NEXT : TC_ACT_SHOT),
    Exit.done(),
  );
  code.label('not me').emit(Store.imm(R0, 0, 0, 4));
  code.label('next').emit(Mov.imm32(R0, TCX_NEXT), Exit.done());
  const unit: CodeUnit = assemble('tiny', code);
  return { name: 'tiny', hook, insns: unit.insns, relocations: unit.relocations.flatMap((r) => (r.kind === 'call' ? [] : [r])), origins: unit.origins };
}

const SHARED: readonly MapSpec[] = [
  { name: 'root', type: 'array', keySize: 4, valueSize: 48, maxEntries: 1, flags: 1024, scope: 'shared' },
  { name: 'judged', type: 'percpu_array', keySize: 4, valueSize: 8, maxEntries: 1, flags: 0, scope: 'shared' },
  { name: 'addresses', type: 'lpm_trie', keySize: 8, valueSize: 8, maxEntries: 1024, flags: 1, scope: 'shared' },
  { name: 'devices', type: 'hash', keySize: 4, valueSize: 24, maxEntries: 1024, flags: 1, scope: 'shared' },
];

/** Counts every packet in slot 0 (all CPUs in the first stripe, atomically) and gives `verdict`. */
export function tinyGeneration(generation: bigint, cpus: number, verdict: 'accept' | 'drop' = 'accept'): GenerationSpec {
  return {
    family: 'ipv4',
    maps: [...SHARED, { name: 'counters', type: 'array', keySize: 4, valueSize: STRIPE * cpus, maxEntries: 1, flags: 0, scope: 'generation' }],
    progs: [program(generation, 'tc-ingress', verdict), program(generation, 'tc-egress', verdict)],
    slots: 1,
  };
}
