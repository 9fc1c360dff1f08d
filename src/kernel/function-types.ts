/**
 * The types of a program's functions as BTF (kernel: Documentation/bpf/btf.rst), and where each function begins (struct bpf_func_info). The
 * verifier follows functions of global linkage alone, by the types of their arguments: the context by its struct's name, other pointers as that many bytes.
 */
import type { Hook, ProgFunction } from '../emit/spec.js';

const MAGIC = 0xeb9f;
const HEADER = 24;
const KIND = { int: 1, pointer: 2, struct: 4, function: 12, prototype: 13 } as const;
const STATIC = 0;
const GLOBAL = 1;

/** The struct that a program's context is called by. */
const CONTEXT: Readonly<Record<Hook, string>> = { 'tc-ingress': '__sk_buff', 'tc-egress': '__sk_buff', xdp: 'xdp_md', netfilter: 'bpf_nf_ctx' };

/** Types, numbered from 1 in the order they are added. */
class Types {
  private readonly words: number[] = [];
  private readonly names: string[] = [''];
  private bytes = 1;
  private count = 0;

  private name(text: string): number {
    const at = this.bytes;
    this.names.push(text);
    this.bytes += text.length + 1;
    return at;
  }

  private add(name: string, kind: number, members: number, sizeOrType: number, ...more: readonly number[]): number {
    this.words.push(name === '' ? 0 : this.name(name), (kind << 24) | members, sizeOrType, ...more);
    this.count += 1;
    return this.count;
  }

  unsigned(name: string): number {
    return this.add(name, KIND.int, 0, 4, 32);
  }

  /** A pointer to a struct of `size` bytes, whatever lies in it. */
  pointerTo(name: string, size: number): number {
    return this.add('', KIND.pointer, 0, this.add(name, KIND.struct, 0, size));
  }

  function(name: string, linkage: number, result: number, ...parameters: readonly number[]): number {
    const named = parameters.flatMap((type, index) => [this.name(`argument${index + 1}`), type]);
    const prototype = this.add('', KIND.prototype, parameters.length, result, ...named);
    return this.add(name.replaceAll(/[^A-Za-z0-9_]/g, '_'), KIND.function, linkage, prototype);
  }

  encode(): Uint8Array {
    const length = this.words.length * 4;
    const bytes = new Uint8Array(HEADER + length + this.bytes);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, MAGIC, true);
    view.setUint8(2, 1);
    [HEADER, 0, length, length, this.bytes].forEach((value, index) => view.setUint32(4 + index * 4, value, true));
    this.words.forEach((word, index) => view.setUint32(HEADER + index * 4, word, true));
    bytes.set(new TextEncoder().encode(`${this.names.join('\0')}\0`), HEADER + length);
    return bytes;
  }
}

/** What BPF_BTF_LOAD and BPF_PROG_LOAD are told of a program's functions. */
export interface FunctionTypes {
  readonly types: Uint8Array;
  /** struct bpf_func_info of each function. */
  readonly records: Uint8Array;
}

export function functionTypes(functions: readonly ProgFunction[], hook: Hook): FunctionTypes {
  const types = new Types();
  const result = types.unsigned('u32');
  const context = types.pointerTo(CONTEXT[hook], 0);
  const pointers = new Map<string, number>();
  const pointer = (name: string, size: number): number => {
    const known = pointers.get(name) ?? types.pointerTo(name, size);
    pointers.set(name, known);
    return known;
  };
  const records = new Uint8Array(functions.length * 8);
  functions.forEach(({ insn, name, alone }, index) => {
    const type = alone === undefined
      ? types.function(name, STATIC, result)
      : types.function(name, GLOBAL, result, context, pointer('record', alone.recordBytes), pointer(`${name}_slot`.replaceAll(/[^A-Za-z0-9_]/g, '_'), alone.slotBytes));
    new DataView(records.buffer).setUint32(index * 8, insn, true);
    new DataView(records.buffer).setUint32(index * 8 + 4, type, true);
  });
  return { types: types.encode(), records };
}
