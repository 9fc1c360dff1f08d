/** Turns a program's relocations into immediates (instruction layout: RFC 9669, section 3). */
import { InternalFault } from '../errors/errors.js';
import type { ProgSpec, Relocation } from '../emit/spec.js';
import type { KernelTypes, KernelTypeWants } from '../link/btf.js';

const PSEUDO_MAP_FD = 1;
const PSEUDO_MAP_VALUE = 2;
const PSEUDO_KFUNC_CALL = 2;

/** The kfuncs and fields that some programs name. */
export function typeWants(programs: readonly ProgSpec[]): KernelTypeWants {
  const relocations = programs.flatMap((program) => program.relocations);
  return {
    kfuncs: [...new Set(relocations.flatMap((r) => (r.kind === 'kfunc' ? [r.name] : [])))],
    fields: relocations
      .flatMap((r) => (r.kind === 'field-offset' ? [{ struct: r.struct, field: r.field }] : []))
      .filter((want, i, all) => all.findIndex((other) => other.struct === want.struct && other.field === want.field) === i),
  };
}

function resolved(table: ReadonlyMap<string, number>, name: string): number {
  const value = table.get(name);
  if (value === undefined) throw new InternalFault(`this kernel's ${name} was not resolved`);
  return value;
}

/** A copy of the program's instructions with every relocation applied. `maps`: descriptors by name in the spec. */
export function relocate(program: ProgSpec, maps: ReadonlyMap<string, number>, types: KernelTypes): Uint8Array {
  const insns = new Uint8Array(program.insns);
  const view = new DataView(insns.buffer);
  const setSource = (at: number, source: number): void => view.setUint8(at + 1, (view.getUint8(at + 1) & 0x0f) | (source << 4));
  const mapFd = (relocation: Relocation & { map: string }): number => {
    const fd = maps.get(relocation.map);
    if (fd === undefined) throw new InternalFault(`program ${program.name} uses map ${relocation.map}, which the generation does not have`);
    return fd;
  };
  for (const relocation of program.relocations) {
    const at = relocation.insn * 8;
    const wide = relocation.kind !== 'kfunc';
    if (at + (wide ? 16 : 8) > insns.length) throw new InternalFault(`program ${program.name}: relocation past the end`);
    if (wide && insns[at] !== 0x18) throw new InternalFault(`program ${program.name}: relocation at ${relocation.insn} is not a 64-bit load`);
    switch (relocation.kind) {
      case 'map':
        setSource(at, PSEUDO_MAP_FD);
        view.setInt32(at + 4, mapFd(relocation), true);
        break;
      case 'map-value':
        setSource(at, PSEUDO_MAP_VALUE);
        view.setInt32(at + 4, mapFd(relocation), true);
        view.setInt32(at + 12, relocation.offset, true);
        break;
      case 'kfunc':
        setSource(at, PSEUDO_KFUNC_CALL);
        view.setInt32(at + 4, resolved(types.kfuncs, relocation.name), true);
        break;
      case 'field-offset':
        view.setInt32(at + 4, resolved(types.fields, `${relocation.struct}.${relocation.field}`), true);
        break;
    }
  }
  return insns;
}
