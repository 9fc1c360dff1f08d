/** The clock of flows: jiffies64, asked of the kernel by a program of five instructions (no system call tells it). */
import type { ProgSpec } from '../../emit/spec.js';
import { ATTACH_TYPE, MAP_FLAG, MAP_TYPE, native, PROG_TYPE } from '../../native/native.js';
import { withDescriptors } from '../descriptors.js';
import type { Kernel } from '../kernel.js';
import { LICENSE } from '../license.js';
import { relocate } from '../relocate.js';

/** r6 = the map's value; r0 = bpf_jiffies64(); *r6 = r0; r0 = 0; exit */
const PROGRAM: ProgSpec = {
  name: 'bpfipt_clock',
  hook: 'tc-ingress',
  insns: Uint8Array.of(
    ...[0x18, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0x85, 0, 0, 0, 118, 0, 0, 0],
    ...[0x7b, 0x06, 0, 0, 0, 0, 0, 0],
    ...[0xb7, 0, 0, 0, 0, 0, 0, 0],
    ...[0x95, 0, 0, 0, 0, 0, 0, 0],
  ),
  relocations: [{ insn: 0, kind: 'map-value', map: 'clock', offset: 0 }],
  origins: [],
};

const KEY = new Uint8Array(4);
/** A test run needs a frame of some length; it is not looked at. */
const FRAME = new Uint8Array(64);

/** jiffies64 now, as flows have it in `expires`. */
export function flowClock(kernel: Kernel): bigint {
  return withDescriptors(kernel, (descriptors) => {
    const clock = descriptors.own(kernel.mapCreate(MAP_TYPE.array, 4, 8, 1, MAP_FLAG.mmapable, 'bpfipt_clock'));
    const insns = relocate(PROGRAM, new Map([['clock', clock]]), { kfuncs: new Map(), fields: new Map() });
    native().progTestRun(descriptors.own(kernel.progLoad(PROG_TYPE.schedCls, ATTACH_TYPE.none, insns, LICENSE, PROGRAM.name)), FRAME, undefined, 1, 0);
    const value = kernel.mapLookup(clock, KEY)!;
    return new DataView(value.buffer, value.byteOffset).getBigUint64(0, true);
  });
}
