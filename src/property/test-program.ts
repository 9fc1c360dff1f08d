/** A compiled ruleset loaded for BPF_PROG_TEST_RUN: one program, its maps, and one packet at a time through it. */
import { InternalFault } from '../errors/errors.js';
import { emitGeneration, type Variant } from '../emit/generation.js';
import { TEST_CODE } from '../emit/test-hook.js';
import { VERDICT } from '../emit/record.js';
import type { MapType } from '../emit/spec.js';
import { sumStripes } from '../kernel/counters.js';
import { loadProgram } from '../kernel/load-program.js';
import { relocate, typeWants } from '../kernel/relocate.js';
import type { CodeUnit } from '../link/code-unit.js';
import { STAGE_MAPS } from '../link/stage-maps.js';
import type { Plan } from '../plan/plan.js';
import type { TestKernel } from './test-kernel.js';

const MAP_TYPES: Readonly<Record<MapType, number>> = { hash: 1, array: 2, percpu_array: 6, lru_hash: 9, lpm_trie: 11, ringbuf: 27 };
const BPF_F_RDONLY_PROG = 128;
const FIRST = new Uint8Array(4);

export type TestVerdict = 'accept' | 'drop' | 'hotdrop' | 'reject' | 'pass' | 'discard';

const VERDICTS = new Map<number, TestVerdict>(Object.entries({ ...VERDICT, ...TEST_CODE }).map(([name, code]) => [code, name as TestVerdict]));

export class TestProgram {
  private readonly fds: number[] = [];
  private readonly maps = new Map<string, number>();
  private readonly program: number;
  private readonly slots: number;

  /** Emits, relocates and loads the test variant of `plan`. @throws Error with the verifier's log, InternalFault */
  constructor(
    plan: Plan,
    library: readonly CodeUnit[],
    private readonly kernel: TestKernel,
  ) {
    const variants: Variant[] = ['test'];
    const spec = emitGeneration(plan, { cpus: kernel.cpus, generation: 1n, stageMaps: STAGE_MAPS }, library, variants);
    this.slots = spec.slots;
    try {
      for (const map of spec.maps) {
        const flags = map.flags | (map.frozen === true ? BPF_F_RDONLY_PROG : 0);
        const fd = this.own(kernel.mapCreate(MAP_TYPES[map.type], map.keySize, map.valueSize, map.maxEntries, flags, map.name.slice(0, 15)));
        if (map.init !== undefined) kernel.mapUpdate(fd, FIRST, map.init, 0);
        this.maps.set(map.name, fd);
      }
      const prog = spec.progs[0];
      if (prog === undefined) throw new InternalFault('no test program was emitted');
      this.program = this.own(loadProgram(kernel, prog, relocate(prog, this.maps, kernel.types(typeWants(spec.progs))), 'property'));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** One packet through the program: a frame, and the value of `test_meta`. */
  judge({ frame, meta }: { readonly frame: Uint8Array; readonly meta: Uint8Array }): TestVerdict {
    this.kernel.mapUpdate(this.mapFd('test_meta'), FIRST, meta, 0);
    const { retval } = this.kernel.progTestRun(this.program, frame, undefined, 1, 0);
    const verdict = VERDICTS.get(retval);
    if (verdict === undefined) throw new InternalFault(`the test program returned ${retval}`);
    return verdict;
  }

  close(): void {
    for (const fd of this.fds.splice(0).reverse()) this.kernel.closeFd(fd);
  }

  /** Packets and bytes by slot, alternating. */
  counters(): BigInt64Array {
    const value = this.kernel.mapLookup(this.mapFd('counters'), FIRST);
    if (value === undefined) throw new InternalFault('the counter map is empty');
    return sumStripes(value, this.kernel.cpus, this.slots);
  }

  private own(fd: number): number {
    this.fds.push(fd);
    return fd;
  }

  private mapFd(name: string): number {
    const fd = this.maps.get(name);
    if (fd === undefined) throw new InternalFault(`the test program has no map ${name}`);
    return fd;
  }
}
