/** What a hook gives the program: who fills the record, which chains it can see, what its return codes are. One file per hook. */
import { InternalFault } from '../errors/errors.js';
import type { Counting } from './counters.js';
import type { BuiltinChainName } from './record.js';
import type { GenerationSpec, Hook } from './spec.js';

/** C functions that need the packet, by their names at tc. */
export type PacketStage = 'tcp_options' | 'conntrack_lookup' | 'conntrack_entry' | 'around' | 'log';

/** A return code, or the C function `(ctx, record)` that acts and returns it. */
export type Outcome = number | { readonly stage: string };

export interface HookShape {
  readonly hook: Hook;
  /** Key of the program, and suffix of its kernel name. */
  readonly name: string;
  /** C stage `(ctx, record) -> enum entry_result`; a function that is called with a filled record has none. */
  readonly entry?: string;
  readonly chains: readonly BuiltinChainName[];
  /** The hook's own variants of such functions; undefined: it has none yet (docs/architecture.md, "Hooks"). The others are tc's. */
  readonly own: { readonly [stage in PacketStage]?: string | undefined };
  /** How generations swap under it (gate.ts): `pair` stands beside another one, `alone` does not, `open` judges everything. */
  readonly gate: 'pair' | 'alone' | 'open';
  readonly counting: Counting;
  /** Judges the first fragment of a datagram that is one packet to the rules; without one, fragments are judged as they are or left. */
  readonly first?: HookShape;
  /** Asked `(ctx, record)` before a packet is dropped with deferred counting; not 0 = it is left. */
  readonly mayDrop?: string;
  readonly codes: {
    /** Not judged here. A stage gets the context alone. */
    readonly pass: Outcome;
    readonly accept: Outcome;
    readonly drop: number;
    /** Hot drop; a code of its own only where a test wants to see it. */
    readonly hotdrop: number;
    /** The entry stage asked for a drop, or the pipeline failed. */
    readonly discard: number;
    readonly reject: Outcome;
  };
}

/** The family a program judges packets of. */
export type Family = GenerationSpec['family'];

/** Functions of which IPv6 has its own, called NAME6; all others serve both families. By their names at tc. */
const IPV6_HAS: ReadonlySet<string> = new Set(['conntrack_lookup', 'conntrack_entry', 'datagrams', 'address_types', 'log', 'reject']);

/** The function that does `stage` for packets of a family. */
export function stageFor(stage: string, family: Family): string {
  return family === 'ipv6' && IPV6_HAS.has(stage) ? `${stage}6` : stage;
}

/** The function that does `stage` at a hook, undefined where it has none. */
export function stageAt(hook: HookShape, stage: PacketStage, family: Family): string | undefined {
  return stage in hook.own ? hook.own[stage] : stageFor(stage, family);
}

/** The function that fills the record: IPv6 has one of its own at every hook where it is judged. */
export function entryAt({ entry, name }: HookShape, family: Family): string {
  if (entry === undefined) throw new InternalFault(`${name} is no program`);
  return family === 'ipv6' ? `${entry}6` : entry;
}
