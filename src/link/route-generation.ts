/** The program that reads the kernel's count of routing changes, for whoever fills the mirrored maps (bpf/route_generation.c). */
import { InternalFault } from '../errors/errors.js';
import type { ProgSpec } from '../emit/spec.js';
import type { CodeUnit } from './code-unit.js';
import { link } from './link.js';

/** Byte offsets in struct root: write the number read *before* the mirrors were filled, then 1, both u32. */
export const ROOT_ROUTE_GENERATION = 32;
export const ROOT_MIRROR_VALID = 36;

/**
 * A tc program to be loaded, not attached: BPF_PROG_TEST_RUN (any 14 bytes or more of data, run in the network namespace in
 * question) returns struct netns_ipv4.rt_genid as an unsigned 32-bit number.
 */
export function routeGenerationProgram(library: readonly CodeUnit[]): ProgSpec {
  const stage = library.find(({ name }) => name === 'read_route_generation');
  if (stage === undefined) throw new InternalFault('the compiled C stages lack read_route_generation: run the build');
  return { name: 'bpfipt_rtgen', hook: 'tc-ingress', ...link(stage, []) };
}
