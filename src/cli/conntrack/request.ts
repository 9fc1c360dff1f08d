/** What a command line of conntrack(8) asks for. */
import type { Command, Table } from './options.js';
import type { Protocol, ProtocolFields } from './protocols.js';

export type FlowFamily = 'ipv4' | 'ipv6';

/** A value under a mask: 32 bits each. */
export interface Masked {
  readonly value: number;
  readonly mask: number;
}

/** An address or a network: all bytes where `mask` is undefined. */
export interface AddressFilter {
  readonly address: Uint8Array;
  readonly mask?: Uint8Array;
}

export interface Filter {
  readonly family?: FlowFamily;
  readonly source?: AddressFilter;
  readonly destination?: AddressFilter;
  readonly replySource?: AddressFilter;
  readonly replyDestination?: AddressFilter;
  readonly protocol?: Protocol;
  readonly fields: ProtocolFields;
  /** Only flows whose addresses are translated: there are none. */
  readonly nat: boolean;
  /** Only flows with labels: there are none. */
  readonly labelled: boolean;
  /** As the kernel selects entries for a listing or a deletion, and as conntrack itself looks at them: -u overwrites the latter's value. */
  readonly mark?: { readonly kernel: Masked; readonly own: Masked };
  /** -u: what the kernel selects entries of a listing by, and what conntrack looks for itself. */
  readonly status?: { readonly kernel: Masked; readonly own: number };
  /** All flows are of zone 0. */
  readonly zones: readonly number[];
  readonly id?: number;
  /** Seconds left, exactly: -t, which conntrack compares only beside other options. */
  readonly timeout?: number;
}

export interface Request {
  readonly command: Command;
  readonly table: Table;
  /** Options by letter. */
  readonly given: ReadonlySet<string>;
  readonly filter: Filter;
  /** Bits of OUTPUT. */
  readonly output: number;
  /** Bits of EVENT. */
  readonly events: number;
}
