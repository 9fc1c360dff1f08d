/** One generation's programs for every hook, sharing maps, run on single packets by BPF_PROG_TEST_RUN. */
import { emitGeneration, type Variant } from '../../src/emit/generation.js';
import type { Hook } from '../../src/emit/spec.js';
import { readCounterMap } from '../../src/kernel/counters.js';
import { Descriptors } from '../../src/kernel/descriptors.js';
import { loadGeneration, type LoadedGeneration, type LoadedProgram } from '../../src/kernel/generation.js';
import { refreshMirrors } from '../../src/kernel/mirrors.js';
import { realKernel } from '../../src/kernel/real-kernel.js';
import type { CodeUnit } from '../../src/link/code-unit.js';
import { STAGE_MAPS } from '../../src/link/stage-maps.js';
import { native } from '../../src/native/native.js';
import type { Plan } from '../../src/plan/plan.js';

/** Even: with `active` equal to it, each program judges every packet. */
const GENERATION = 2n;

/** What each hook's programs return to let a packet go on. All else drops it. */
const GO_ON: Readonly<Record<Hook, number>> = { 'tc-ingress': 0xffffffff, 'tc-egress': 0xffffffff, xdp: 2, netfilter: 1 };
const DROP: Readonly<Record<Hook, number>> = { 'tc-ingress': 2, 'tc-egress': 2, xdp: 1, netfilter: 0 };

export interface HookOutcome {
  readonly accepted: boolean;
  /** By slot: what the packet added. */
  readonly moved: ReadonlyMap<number, { readonly packets: bigint; readonly bytes: bigint }>;
}

export class HookPrograms {
  private readonly kernel = realKernel();
  private readonly descriptors = new Descriptors(this.kernel);
  private readonly loaded: LoadedGeneration;
  private readonly counters: number;
  private before: BigInt64Array;

  /** Loads for the calling thread's network namespace, whose addresses and devices are mirrored. @throws InternalFault with the verifier's words */
  constructor(
    plan: Plan,
    library: readonly CodeUnit[],
    variants: readonly Variant[] = ['tc', 'xdp', 'netfilter', 'xdp-early'],
  ) {
    const spec = emitGeneration(plan, { cpus: this.kernel.cpus, generation: GENERATION, stageMaps: STAGE_MAPS }, library, variants);
    try {
      this.loaded = loadGeneration(this.kernel, spec, new Map(), this.descriptors);
    } catch (error) {
      this.descriptors.close();
      throw error;
    }
    this.kernel.mapStoreWord(this.loaded.maps.get('root')!, 0, GENERATION);
    this.refresh();
    this.counters = this.loaded.maps.get('counters')!;
    this.before = this.count();
  }

  /** Mirrors addresses and devices as they are now. */
  refresh(): void {
    refreshMirrors(this.kernel, this.loaded.maps.get('root')!, this.loaded.maps);
  }

  /**
   * One packet.
   * @param data a frame; at netfilter in OUTPUT the packet from the IP header on.
   * @param context the bytes of the hook's context as user space gives it.
   */
  run(hook: Hook, data: Uint8Array, context: Uint8Array): HookOutcome {
    return this.runProgram(this.loaded.programs.find((each) => each.hook === hook)!, data, context);
  }

  /** One packet at the XDP stage that drops early. */
  runEarly(data: Uint8Array, context: Uint8Array): HookOutcome {
    return this.runProgram(this.loaded.programs.findLast((each) => each.hook === 'xdp')!, data, context);
  }

  private runProgram(program: LoadedProgram, data: Uint8Array, context: Uint8Array): HookOutcome {
    const { hook } = program;
    const { retval } = native().progTestRun(program.fd, data, context, 1, 0);
    if (retval !== GO_ON[hook] && retval !== DROP[hook]) throw new Error(`the ${hook} program returned ${retval}`);
    const now = this.count();
    const moved = new Map<number, { packets: bigint; bytes: bigint }>();
    for (let slot = 0; slot < now.length / 2; slot++) {
      const [packets, bytes] = [now[2 * slot]! - this.before[2 * slot]!, now[2 * slot + 1]! - this.before[2 * slot + 1]!];
      if (packets !== 0n || bytes !== 0n) moved.set(slot, { packets, bytes });
    }
    this.before = now;
    return { accepted: retval === GO_ON[hook], moved };
  }

  /** Packets dropped because a program could not finish. */
  faults(): bigint {
    return this.kernel.mapLoadWord(this.loaded.maps.get('root')!, 24);
  }

  close(): void {
    this.descriptors.close();
  }

  private count(): BigInt64Array {
    return readCounterMap(this.kernel, this.counters);
  }
}
