/** The words that gave a match, beside it: iptables-save loses some of what they say, the state may not. No part of a rule's identity. */
import type { MatchUse } from './model.js';

const GIVEN = new WeakMap<MatchUse, readonly string[]>();

export function noteGivenWords(match: MatchUse, words: readonly string[]): MatchUse {
  GIVEN.set(match, words);
  return match;
}

export function givenWords(match: MatchUse): readonly string[] | undefined {
  return GIVEN.get(match);
}
