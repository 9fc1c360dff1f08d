/**
 * A small reader of BTF (Documentation/bpf/btf.rst): enough to find kernel functions, struct members and sizes by name.
 * The kernel's own is some megabytes: names are searched in the string section first, then one pass over the types compares offsets.
 */
import { InternalFault } from '../errors/errors.js';

/** BTF_KIND_*. */
const KIND = { int: 1, array: 3, struct: 4, union: 5, enum: 6, func: 12, funcProto: 13, var: 14, datasec: 15, declTag: 17, enum64: 19 } as const;

const BTF_MAGIC = 0xeb9f;
const HEADER = 12;

export interface StructMember {
  readonly name: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bit within that byte: not 0 only for bit fields. */
  readonly bit: number;
}

/** What a program needs of the running kernel's types. */
export interface KernelTypes {
  /** BTF ids of functions, by name. */
  readonly kfuncs: ReadonlyMap<string, number>;
  /** Byte offsets by `struct.field`; for a field asked for as `NAME:bit`, its bit number within its byte; for one as `NAME?` that is not there, NO_FIELD; for `:type`, the struct's BTF id. */
  readonly fields: ReadonlyMap<string, number>;
}

export interface KernelTypeWants {
  readonly kfuncs: readonly string[];
  readonly fields: readonly { readonly struct: string; readonly field: string }[];
}

/** Bytes that follow the 12-byte header of a type. */
function tail(kind: number, count: number): number {
  switch (kind) {
    case KIND.int: case KIND.var: case KIND.declTag: return 4;
    case KIND.array: return 12;
    case KIND.struct: case KIND.union: case KIND.datasec: case KIND.enum64: return 12 * count;
    case KIND.enum: case KIND.funcProto: return 8 * count;
    default: return 0;
  }
}

export class Btf {
  private readonly view: DataView;
  private readonly strings: Buffer;
  private readonly types: number;
  private readonly typesEnd: number;
  /** Start of each type, by id; made when a nested type is first asked for. */
  private starts: Uint32Array | undefined;

  /** @throws InternalFault when `bytes` is not little-endian BTF of version 1. */
  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.byteLength < 24 || this.view.getUint16(0, true) !== BTF_MAGIC || bytes[2] !== 1) throw new InternalFault('reading BTF: not BTF version 1, little-endian');
    const word = (offset: number): number => this.view.getUint32(offset, true);
    const header = word(4);
    this.types = header + word(8);
    this.typesEnd = this.types + word(12);
    this.strings = Buffer.from(bytes.buffer, bytes.byteOffset + header + word(16), word(20));
    if (this.typesEnd > bytes.byteLength) throw new InternalFault('reading BTF: cut short');
  }

  /** Calls `visit` with every type: its id and where it starts. */
  private forEachType(visit: (id: number, at: number, kind: number) => void): void {
    const { view, typesEnd } = this;
    for (let at = this.types, id = 1; at < typesEnd; id++) {
      const info = view.getUint32(at + 4, true);
      const kind = (info >>> 24) & 31;
      visit(id, at, kind);
      at += HEADER + tail(kind, info & 0xffff);
    }
  }

  private start(id: number): number {
    if (!this.starts) {
      const starts: number[] = [0];
      this.forEachType((_, at) => starts.push(at));
      this.starts = Uint32Array.from(starts);
    }
    const at = this.starts[id];
    if (at === undefined) throw new InternalFault(`reading BTF: no type ${id}`);
    return at;
  }

  private text(offset: number): string {
    return this.strings.toString('latin1', offset, this.strings.indexOf(0, offset));
  }

  /** Offset of a whole string, undefined when nothing has this name. */
  private nameOffset(name: string): number | undefined {
    const found = this.strings.indexOf(`\0${name}\0`, 0, 'latin1');
    return found < 0 ? undefined : found + 1;
  }

  /** Ids and starts of the types of one kind that have one of these names; several may share a name. */
  private find(names: readonly string[], wanted: number): Map<string, { id: number; at: number }[]> {
    const byOffset = new Map<number, { id: number; at: number }[]>();
    const found = new Map<string, { id: number; at: number }[]>();
    for (const name of names) {
      const offset = this.nameOffset(name);
      found.set(name, []);
      if (offset !== undefined) byOffset.set(offset, found.get(name)!);
    }
    this.forEachType((id, at, kind) => {
      if (kind === wanted) byOffset.get(this.view.getUint32(at, true))?.push({ id, at });
    });
    return found;
  }

  /** Members of the struct or union that starts at `at`, those of anonymous members in place of these. */
  private members(at: number, base = 0): StructMember[] {
    const info = this.view.getUint32(at + 4, true);
    const bitfields = info >>> 31 === 1;
    const found: StructMember[] = [];
    for (let i = 0, member = at + HEADER; i < (info & 0xffff); i++, member += 12) {
      const name = this.text(this.view.getUint32(member, true));
      const place = this.view.getUint32(member + 8, true);
      const bits = bitfields ? place & 0xffffff : place;
      if (name !== '') found.push({ name, offset: base + (bits >>> 3), bit: bits & 7 });
      else found.push(...this.anonymous(this.view.getUint32(member + 4, true), base + (bits >>> 3)));
    }
    return found;
  }

  private anonymous(id: number, base: number): StructMember[] {
    const at = this.start(id);
    const kind = (this.view.getUint32(at + 4, true) >>> 24) & 31;
    return kind === KIND.struct || kind === KIND.union ? this.members(at, base) : [];
  }

  /** Ids of functions by name; names without a function are left out. */
  functions(names: readonly string[]): Map<string, number> {
    const ids = new Map<string, number>();
    for (const [name, [first]] of this.find(names, KIND.func)) if (first) ids.set(name, first.id);
    return ids;
  }

  /**
   * BTF id, size in bytes and members of the structs named. Where several types share a name (struct nf_conn does), the one with most
   * members is meant. Names without a struct are left out.
   */
  structs(names: readonly string[]): Map<string, { readonly id: number; readonly size: number; readonly members: readonly StructMember[] }> {
    const structs = new Map<string, { id: number; size: number; members: StructMember[] }>();
    for (const [name, candidates] of this.find(names, KIND.struct)) {
      const size = ({ at }: { at: number }): number => this.view.getUint32(at + 4, true) & 0xffff;
      const best = candidates.sort((a, b) => size(b) - size(a))[0];
      if (best) structs.set(name, { id: best.id, size: this.view.getUint32(best.at + 8, true), members: this.members(best.at) });
    }
    return structs;
  }
}

/** What stands for the offset of a field that this kernel was built without (bpf/kernel.h). */
export const NO_FIELD = 0xffffffff;

/**
 * Resolves what a program wants of the kernel it is loaded into.
 * @param btf the bytes of /sys/kernel/btf/vmlinux
 * @throws InternalFault naming what this kernel does not have
 */
export function resolveKernelTypes(btf: Uint8Array, wants: KernelTypeWants): KernelTypes {
  const types = new Btf(btf);
  const kfuncs = types.functions(wants.kfuncs);
  const structs = types.structs([...new Set(wants.fields.map(({ struct }) => struct))]);
  const missing = wants.kfuncs.filter((name) => !kfuncs.has(name)).map((name) => `function ${name}`);
  const fields = new Map<string, number>();
  for (const { struct, field } of wants.fields) {
    const [plain, bit] = field.replace('?', '').split(':');
    const found = structs.get(struct);
    const member = found?.members.find(({ name }) => name === plain);
    if (found && field === ':type') fields.set(`${struct}.${field}`, found.id);
    else if (member) fields.set(`${struct}.${field}`, bit === undefined ? member.offset : member.bit);
    else if (field.endsWith('?')) fields.set(`${struct}.${field}`, NO_FIELD);
    else missing.push(`field ${struct}.${field}`);
  }
  if (missing.length > 0) throw new InternalFault(`this kernel has no ${missing.join(', ')}`);
  return { kfuncs, fields };
}
