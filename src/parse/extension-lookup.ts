/** What the parser asks of the extension registry; tests give their own. */
import type { AnyMatch, AnyTarget } from '../extensions/extension.js';
import type { Family } from '../ruleset/model.js';

export interface ExtensionLookup {
  matchExtension(name: string, family: Family): AnyMatch | undefined;
  targetExtension(name: string, family: Family): AnyTarget | undefined;
  implicitMatch(protocol: number, family: Family): AnyMatch | undefined;
}
