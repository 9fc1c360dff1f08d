/**
 * The kernel's count of routing changes in the current network namespace, as bpf/route_generation.c reads it: of IPv4 netns_ipv4.rt_genid.
 * Whoever fills the mirrors reads it before and stores it after: while the kernel still counts the same, the mirrors are the truth.
 */
import type { ProgSpec } from '../emit/spec.js';
import type { CodeUnit } from '../link/code-unit.js';
import { link } from '../link/link.js';
import { ATTACH_TYPE, native, PROG_TYPE } from '../native/native.js';
import type { Family } from '../ruleset/model.js';
import type { Kernel } from './kernel.js';
import { LICENSE } from './license.js';
import { relocate, typeWants } from './relocate.js';
import { loadFault } from './verifier-fault.js';

const READER: Readonly<Record<Family, string>> = { ipv4: 'read_route_generation', ipv6: 'read_route_generation6' };

/** r2 = 0; call READER(ctx, 0); exit */
const main = (family: Family): CodeUnit => ({
  name: 'route_generation',
  insns: Uint8Array.of(0xb7, 2, 0, 0, 0, 0, 0, 0, 0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x95, 0, 0, 0, 0, 0, 0, 0),
  relocations: [{ insn: 1, kind: 'call', symbol: READER[family] }],
  origins: [{ insn: 0, text: 'route generation' }],
});

/** A test run needs a frame of some length; it is not looked at. */
const FRAME = new Uint8Array(64);

/**
 * Runs the program once, on a packet of the calling thread's namespace.
 * @throws InternalFault when the kernel refuses it
 */
export function readRouteGeneration(kernel: Pick<Kernel, 'progLoad' | 'closeFd' | 'types'>, library: readonly CodeUnit[], family: Family): number {
  const program: ProgSpec = { name: 'bpfipt_routes', hook: 'tc-ingress', ...link(main(family), library) };
  let fd: number;
  try {
    fd = kernel.progLoad(PROG_TYPE.schedCls, ATTACH_TYPE.none, relocate(program, new Map(), kernel.types(typeWants([program]))), LICENSE, program.name);
  } catch (cause) {
    throw loadFault(program, cause);
  }
  try {
    return native().progTestRun(fd, FRAME, undefined, 1, 0).retval;
  } finally {
    kernel.closeFd(fd);
  }
}
