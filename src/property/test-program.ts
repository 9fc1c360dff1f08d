/** A compiled ruleset loaded for BPF_PROG_TEST_RUN: one program, its maps, and one packet at a time through it. */
import { InternalFault } from '../errors/errors.js';
import { emitGeneration, type Variant } from '../emit/generation.js';
import { TEST_CODE } from '../emit/test-hook.js';
import { VERDICT } from '../emit/record.js';
import type { MapType } from '../emit/spec.js';
import { sumStripes } from '../kernel/counters.js';
import { relocate, typeWants } from '../kernel/relocate.js';
import type { CodeUnit } from '../link/code-unit.js';
import { STAGE_MAPS } from '../link/stage-maps.js';
import { be16, concatBytes } from '../net/bytes.js';
import { ETHERTYPE } from '../net/ethernet.js';
import type { Plan } from '../plan/plan.js';
import type { GeneratedPacket } from './generated-packet.js';
import type { TestKernel } from './test-kernel.js';
import { encodeTestMeta } from './test-meta.js';

const MAP_TYPES: Readonly<Record<MapType, number>> = { hash: 1, array: 2, percpu_array: 6, lru_hash: 9, lpm_trie: 11, ringbuf: 27 };
const SCHED_CLS = 3;
const BPF_F_RDONLY_PROG = 128;
const FIRST = new Uint8Array(4);
const ETHERNET_HEADER = concatBytes(Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2), be16(ETHERTYPE.ipv4));

export type TestVerdict = 'accept' | 'drop' | 'hotdrop' | 'reject' | 'pass' | 'discard';

const VERDICTS = new Map<number, TestVerdict>(Object.entries({ ...VERDICT, ...TEST_CODE }).map(([name, code]) => [code, name as TestVerdict]));

export interface TestOutcome {
  readonly verdict: TestVerdict;
  /** By slot: what this packet added. Slots that did not move are absent. */
  readonly moved: ReadonlyMap<number, { readonly packets: bigint; readonly bytes: bigint }>;
  /** ns, as the kernel measured it. */
  readonly duration: number;
}

export class TestProgram {
  private readonly fds: number[] = [];
  private readonly maps = new Map<string, number>();
  private readonly program: number;
  private readonly slots: number;
  private before: BigInt64Array;

  /** Emits, relocates and loads the test variant of `plan`. @throws Error with the verifier's log, InternalFault */
  constructor(
    plan: Plan,
    library: readonly CodeUnit[],
    private readonly kernel: TestKernel,
  ) {
    const variants: Variant[] = ['test'];
    const spec = emitGeneration(plan, { cpus: kernel.cpus, generation: 1n, stageMaps: STAGE_MAPS }, library, variants);
    this.slots = spec.slots;
    this.before = new BigInt64Array(2 * spec.slots);
    try {
      for (const map of spec.maps) {
        const flags = map.flags | (map.frozen === true ? BPF_F_RDONLY_PROG : 0);
        const fd = this.own(kernel.mapCreate(MAP_TYPES[map.type], map.keySize, map.valueSize, map.maxEntries, flags, map.name.slice(0, 15)));
        if (map.init !== undefined) kernel.mapUpdate(fd, FIRST, map.init, 0);
        this.maps.set(map.name, fd);
      }
      const prog = spec.progs[0];
      if (prog === undefined) throw new InternalFault('no test program was emitted');
      this.program = this.own(kernel.progLoad(SCHED_CLS, 0, relocate(prog, this.maps, kernel.types(typeWants(spec.progs))), 'Dual MIT/GPL', 'property'));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** One packet through the program. */
  run(packet: GeneratedPacket, repeat = 1): TestOutcome {
    this.kernel.mapUpdate(this.mapFd('test_meta'), FIRST, encodeTestMeta(packet, packet.hook), 0);
    const { retval, duration } = this.kernel.progTestRun(this.program, concatBytes(ETHERNET_HEADER, packet.l3), undefined, repeat, 0);
    const verdict = VERDICTS.get(retval);
    if (verdict === undefined) throw new InternalFault(`the test program returned ${retval}`);
    return { verdict, moved: this.movement(), duration };
  }

  close(): void {
    for (const fd of this.fds.splice(0).reverse()) this.kernel.closeFd(fd);
  }

  private movement(): TestOutcome['moved'] {
    const value = this.kernel.mapLookup(this.mapFd('counters'), FIRST);
    if (value === undefined) throw new InternalFault('the counter map is empty');
    const now = sumStripes(value, this.kernel.cpus, this.slots);
    const moved = new Map<number, { packets: bigint; bytes: bigint }>();
    for (let slot = 0; slot < this.slots; slot++) {
      const packets = now[2 * slot]! - this.before[2 * slot]!;
      const bytes = now[2 * slot + 1]! - this.before[2 * slot + 1]!;
      if (packets !== 0n || bytes !== 0n) moved.set(slot, { packets, bytes });
    }
    this.before = now;
    return moved;
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
