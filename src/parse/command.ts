/** One iptables command line, parsed and resolved: what argv and a save-file line both become. */
import type { Counters, Policy, Rule } from '../ruleset/model.js';
import type { Span } from '../errors/errors.js';

/** Options that go with any command. */
export interface CommandOptions {
  /** `-t`, default filter. */
  readonly table: string;
  readonly numeric: boolean;
  /** Number of `-v`. */
  readonly verbose: number;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  /** `-w [SECONDS]`: undefined = not given (1.8.9 then waits without limit as well). 0 = without limit. */
  readonly wait?: number;
  /** `-c P B` where the command takes it. */
  readonly counters?: Counters;
}

export type Command = CommandOptions &
  (
    | { readonly kind: 'append' | 'check'; readonly chain: string; readonly rules: readonly Rule[] }
    /** Rule numbers count from 1; insert defaults to 1. */
    | { readonly kind: 'insert'; readonly chain: string; readonly position: number; readonly rules: readonly Rule[] }
    | { readonly kind: 'replace'; readonly chain: string; readonly position: number; readonly rules: readonly Rule[] }
    | { readonly kind: 'delete'; readonly chain: string; readonly rules: readonly Rule[] }
    | { readonly kind: 'delete-number'; readonly chain: string; readonly position: number }
    /** `-L -Z` together: zero = true; `-Z CHAIN N -L`: zeroNumber as well, only the counters of rule `position` are zeroed. */
    | { readonly kind: 'list' | 'list-rules'; readonly chain?: string; readonly position?: number; readonly zero: boolean; readonly zeroNumber?: true }
    | { readonly kind: 'flush'; readonly chain?: string }
    | { readonly kind: 'zero'; readonly chain?: string; readonly position?: number }
    | { readonly kind: 'new-chain'; readonly chain: string }
    | { readonly kind: 'delete-chain'; readonly chain?: string }
    | { readonly kind: 'rename-chain'; readonly chain: string; readonly to: string }
    | { readonly kind: 'policy'; readonly chain: string; readonly policy: Policy }
    /** `-h`, `-m X -h`, `-p icmp --help`: the extensions named, in order. */
    | { readonly kind: 'help'; readonly extensions: readonly string[] }
    /** `! -V` is answered differently. */
    | { readonly kind: 'version'; readonly inverted: boolean }
  ) & {
    /** Warnings iptables prints to stderr while parsing (`!` after the option, weird characters in a device name), whole lines. */
    readonly warnings: readonly string[];
    readonly span?: Span;
  };
