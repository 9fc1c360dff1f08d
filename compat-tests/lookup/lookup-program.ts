/** Generated lookups by themselves in the kernel: a loop that takes values from a map, looks each up and stores the answers. */
import { Add, And, Lsh, Mov } from '../../src/asm/alu.js';
import { assemble } from '../../src/asm/assemble.js';
import { Code } from '../../src/asm/code.js';
import { Exit, Ja, JGe, MayGoto } from '../../src/asm/jump.js';
import { Load, LoadImm64, Store } from '../../src/asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R7, R8, R9 } from '../../src/asm/register.js';
import type { LookupRegisters } from '../../src/emit/lookup/prefix-lookup.js';
import { relocate } from '../../src/kernel/relocate.js';
import { MAP_FLAG, MAP_TYPE, PROG_TYPE } from '../../src/native/native.js';
import type { TestKernel } from '../../src/property/test-kernel.js';

export const REGISTERS: LookupRegisters = { value: R1, result: R0, scratch: [R2, R3, R4, R5] };

/** The map the tables lie in, as the looked-up code names it. */
export const TABLE_MAP = 'table';
/** Values looked up by one run. */
export const MOST_VALUES = 16_384;

const FRAME = new Uint8Array(64);
const ENTRY = new Uint8Array(4);

/** R7 = values, R8 = answers, R9 = place of the number of the value now at hand. */
function loop(emitLookup: (code: Code) => void): Code {
  const code = new Code();
  code.emit(
    LoadImm64.mapValue(R7, 'values'), LoadImm64.mapValue(R8, 'answers'), LoadImm64.mapValue(R9, 'progress'),
    Store.imm(R9, 0, 0, 8),
  );
  code.label('next').emit(MayGoto.label('end'), Load.mem(R1, R9, 0, 8), JGe.imm(R1, MOST_VALUES, 'end'));
  code.emit(And.imm(R1, MOST_VALUES - 1), Lsh.imm(R1, 2), Mov.reg(R2, R7), Add.reg(R2, R1), Load.mem(R1, R2, 0, 4));
  emitLookup(code);
  // The next value waits for this answer, as a packet's verdict does.
  code.emit(
    Load.mem(R1, R9, 0, 8), Mov.reg(R2, R1), And.imm(R2, MOST_VALUES - 1), Lsh.imm(R2, 2), Mov.reg(R3, R8), Add.reg(R3, R2), Store.mem(R3, 0, R0, 4),
    And.imm(R0, 0), Add.reg(R1, R0), Add.imm(R1, 1), Store.mem(R9, 0, R1, 8), Ja.label('next'),
  );
  return code.label('end').emit(Mov.imm(R0, 0), Exit.done());
}

/** One emitted lookup, loaded. */
export class LookupProgram {
  private readonly fds: number[] = [];
  private readonly maps = new Map<string, number>();
  private readonly program: number;

  /**
   * @param bytes what lies in the map TABLE_MAP, of `size` bytes.
   * @throws Error with the verifier's log
   */
  constructor(
    private readonly kernel: TestKernel,
    bytes: Uint8Array,
    size: number,
    emitLookup: (code: Code) => void,
  ) {
    const value = new Uint8Array(Math.ceil(size / 8) * 8);
    value.set(bytes);
    this.map(TABLE_MAP, value, MAP_FLAG.mmapable | MAP_FLAG.readOnlyForPrograms);
    this.map('values', new Uint8Array(MOST_VALUES * 4), 0);
    this.map('answers', new Uint8Array(MOST_VALUES * 4), 0);
    this.map('progress', new Uint8Array(8), 0);
    const unit = assemble('lookup', loop(emitLookup));
    const relocations = unit.relocations.flatMap((relocation) => (relocation.kind === 'call' ? [] : [relocation]));
    const insns = relocate({ name: 'lookup', hook: 'tc-ingress', insns: unit.insns, relocations, origins: [] }, this.maps, { kfuncs: new Map(), fields: new Map() });
    this.program = kernel.progLoad(PROG_TYPE.schedCls, 0, insns, 'Dual MIT/GPL', 'lookup');
    this.fds.push(this.program);
  }

  /** The answers for all `values`, at most MOST_VALUES. */
  answers(values: Uint32Array): Uint32Array {
    const padded = new Uint32Array(MOST_VALUES);
    padded.set(values);
    this.kernel.mapUpdate(this.maps.get('values')!, ENTRY, new Uint8Array(padded.buffer), 0);
    this.run(1);
    const answers = this.kernel.mapLookup(this.maps.get('answers')!, ENTRY)!;
    return new Uint32Array(Uint8Array.from(answers).buffer).slice(0, values.length);
  }

  /** ns for all MOST_VALUES values, those set last. */
  run(repeat: number): number {
    return this.kernel.progTestRun(this.program, FRAME, undefined, repeat, 0).duration;
  }

  close(): void {
    for (const fd of this.fds.splice(0).reverse()) this.kernel.closeFd(fd);
  }

  private map(name: string, value: Uint8Array, flags: number): void {
    const fd = this.kernel.mapCreate(MAP_TYPE.array, 4, value.length, 1, flags, name);
    this.fds.push(fd);
    this.kernel.mapUpdate(fd, ENTRY, value, 0);
    this.maps.set(name, fd);
  }
}
