/**
 * A function's worth of eBPF before linking: generated code and the functions that clang made of bpf/*.c alike.
 * link() joins a main unit with the library functions it reaches into one program (bpf-to-bpf calls).
 */
import type { ProgFunction, Relocation } from '../emit/spec.js';

/** A call of another unit: imm becomes the relative offset of its first instruction, src_reg BPF_PSEUDO_CALL. */
export interface CallRelocation {
  readonly insn: number;
  readonly kind: 'call';
  readonly symbol: string;
}

export interface CodeUnit {
  readonly name: string;
  /** 8 bytes per instruction (ld_imm64 is two), little endian. */
  readonly insns: Uint8Array;
  readonly relocations: readonly (Relocation | CallRelocation)[];
  readonly alone?: ProgFunction['alone'];
  /** What each stretch came from, by its first instruction index, sorted. */
  readonly origins: readonly { readonly insn: number; readonly text: string }[];
}

/** A code unit as dist/bpf/units.json holds it: `insns` in base64. */
export interface StoredUnit extends Omit<CodeUnit, 'insns'> {
  readonly insns: string;
}
