/** What the reading of one line depends on besides its words. */
import type { Family } from '../ruleset/model.js';
import type { ExtensionLookup } from './extension-lookup.js';
import type { HostLookup } from './host-lookup.js';
import type { Locate } from './token.js';

export interface LineContext {
  readonly family: Family;
  /** As it stands in messages: iptables, ip6tables, iptables-restore ... */
  readonly programName: string;
  /** Whether the line comes from a save file: some options are refused there, and other family's lines skipped. */
  readonly restore: boolean;
  /** In a save file the table the line stands in. */
  readonly table?: string | undefined;
  readonly extensions: ExtensionLookup;
  readonly hosts: HostLookup;
  /** The chains that exist, or undefined where the caller does not know: then every name that is no target is taken for one. */
  readonly hasChain?: ((name: string) => boolean) | undefined;
  readonly locate: Locate;
}
