/** The XDP program of the frame generator: hands every frame to the next of a row of devices. */
import { Add, And, Lsh, Mov } from '../../src/asm/alu.js';
import { assemble } from '../../src/asm/assemble.js';
import { Code } from '../../src/asm/code.js';
import { Call, Exit } from '../../src/asm/jump.js';
import { Load, LoadImm64, Store } from '../../src/asm/memory.js';
import { R1, R2, R3 } from '../../src/asm/register.js';
import type { MapSpec, ProgSpec } from '../../src/emit/spec.js';
import { Descriptors } from '../../src/kernel/descriptors.js';
import { loadGeneration } from '../../src/kernel/generation.js';
import { realKernel } from '../../src/kernel/real-kernel.js';

const REDIRECT = 23;
/** In the map: u64 frames so far, then a u32 for each device. */
const DEVICES = 8;
const MAP = 'flood';

/**
 * Loads a program for {@link Native.progSendFrames} that spreads frames over the devices (indices in the caller's network namespace), in turn.
 * @param ifindexes a power of two of them
 * @returns its descriptor, open as long as the process lives
 */
export function loadFloodProgram(ifindexes: readonly number[]): number {
  if ((ifindexes.length & (ifindexes.length - 1)) !== 0) throw new RangeError('a power of two of devices is needed');
  const init = new Uint8Array(DEVICES + 4 * ifindexes.length);
  ifindexes.forEach((ifindex, i) => new DataView(init.buffer).setUint32(DEVICES + 4 * i, ifindex, true));
  const map: MapSpec = { name: MAP, type: 'array', keySize: 4, valueSize: init.length, maxEntries: 1, flags: 0, scope: 'generation', init };
  const code = new Code().emit(
    LoadImm64.mapValue(R1, MAP),
    Load.mem(R2, R1, 0, 8),
    Mov.reg(R3, R2),
    Add.imm(R3, 1),
    Store.mem(R1, 0, R3, 8),
    And.imm(R2, ifindexes.length - 1),
    Lsh.imm(R2, 2),
    Add.reg(R1, R2),
    Load.mem(R1, R1, DEVICES, 4),
    Mov.imm(R2, 0),
    Call.helper(REDIRECT),
    Exit.done(),
  );
  const unit = assemble('flood', code);
  const program: ProgSpec = { name: 'flood', hook: 'xdp', insns: unit.insns, relocations: unit.relocations.flatMap((each) => (each.kind === 'call' ? [] : [each])), origins: unit.origins };
  const kernel = realKernel();
  return loadGeneration(kernel, { family: 'ipv4', maps: [map], progs: [program], slots: 0 }, new Map(), new Descriptors(kernel)).programs[0]!.fd;
}
