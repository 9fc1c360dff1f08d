/**
 * What the compiler hands to the kernel room: programs and maps as pure data. No file descriptors, no text.
 * Same ruleset + same platform facts = the same bytes.
 */

/** The hooks a generation has programs for. `netfilter` loads under BPF_PROG_TEST_RUN only, until its issue attaches it. */
export type Hook = 'tc-ingress' | 'tc-egress' | 'xdp' | 'netfilter';

/** Map types by their kernel names (enum bpf_map_type). */
export type MapType = 'array' | 'percpu_array' | 'hash' | 'lru_hash' | 'lpm_trie' | 'ringbuf';

export interface MapSpec {
  /** Unique within the generation; the kernel object name is derived from it (at most 15 bytes). */
  readonly name: string;
  readonly type: MapType;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** BPF_F_* map flags (BPF_F_NO_PREALLOC 1, BPF_F_MMAPABLE 1024 ...). */
  readonly flags: number;
  /**
   * `generation`: made new for each commit and filled from `init` before any program runs.
   * `shared`: lives as long as the namespace is covered; found again through the attached program by its name.
   */
  readonly scope: 'generation' | 'shared';
  /** Initial contents for `array` maps of one entry: value bytes. */
  readonly init?: Uint8Array;
  /** Make it read-only for programs and frozen for user space after filling (BPF_F_RDONLY_PROG + BPF_MAP_FREEZE). */
  readonly frozen?: boolean;
}

/** What a 64-bit immediate must become at load time. */
export type Relocation =
  /** Map descriptor (BPF_PSEUDO_MAP_FD). */
  | { readonly insn: number; readonly kind: 'map'; readonly map: string }
  /** Direct address of an array map's value plus `offset` (BPF_PSEUDO_MAP_VALUE). */
  | { readonly insn: number; readonly kind: 'map-value'; readonly map: string; readonly offset: number }
  /** kfunc call: imm becomes the BTF id of the function in vmlinux. */
  | { readonly insn: number; readonly kind: 'kfunc'; readonly name: string }
  /** ld_imm64 of the byte offset of `struct.field` in the running kernel's BTF. */
  | { readonly insn: number; readonly kind: 'field-offset'; readonly struct: string; readonly field: string };

/** A function of a program, by where it begins. */
export interface ProgFunction {
  readonly insn: number;
  readonly name: string;
  /**
   * The verifier follows it by itself, once, whatever calls it: `u32 NAME(CTX *ctx, struct record *record, STRUCT *slot)`, of these many bytes. Others it follows
   * anew at every call.
   */
  readonly alone?: { readonly recordBytes: number; readonly slotBytes: number };
}

export interface ProgSpec {
  readonly name: string;
  readonly hook: Hook;
  /** Instruction bytes, 8 per insn (16 for ld_imm64), little endian, with zero immediates where relocations apply. */
  readonly insns: Uint8Array;
  readonly relocations: readonly Relocation[];
  /** All of them, in order, the main one first; absent where none is followed alone. */
  readonly functions?: readonly ProgFunction[];
  /** For each instruction index from which it holds: the iptables rule or stage it came from. Sorted. */
  readonly origins: readonly { readonly insn: number; readonly text: string }[];
}

/** A whole generation. */
export interface GenerationSpec {
  readonly family: 'ipv4' | 'ipv6';
  readonly maps: readonly MapSpec[];
  readonly progs: readonly ProgSpec[];
  /** Counter slots in the `counters` map (see emit/counters.ts). */
  readonly slots: number;
}
