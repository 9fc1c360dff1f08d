/** What a hook gives the program: who fills the record, which chains it can see, what its return codes are. One file per hook. */
import type { BuiltinChainName } from './record.js';
import type { Hook } from './spec.js';

export interface HookShape {
  readonly hook: Hook;
  /** Key of the program, and suffix of its kernel name. */
  readonly name: string;
  /** C stage `(ctx, record) -> enum entry_result`. */
  readonly entry: string;
  readonly chains: readonly BuiltinChainName[];
  /** C stage that collects TCP options with the hook's packet access. */
  readonly tcpOptions: string;
  /** C functions that other hooks have and this one does not yet (docs/architecture.md, "Hooks"). */
  readonly lacks: ReadonlySet<'conntrack_lookup' | 'log'>;
  /** Whether generations swap under it (docs/architecture.md, "Swap"). */
  readonly gated: boolean;
  /** Whether a softirq on the same CPU may interrupt it: counters then need atomic adds. */
  readonly preemptible: boolean;
  readonly codes: {
    /** Not judged here. */
    readonly pass: number;
    readonly accept: number;
    readonly drop: number;
    /** Hot drop; a code of its own only where a test wants to see it. */
    readonly hotdrop: number;
    /** The entry stage asked for a drop, or the pipeline failed. */
    readonly discard: number;
    /** What REJECT returns; `stage` = what the reject stage returned. A hook without the stage drops. */
    readonly reject: number | 'stage';
  };
}
