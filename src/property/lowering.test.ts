/** Lowering against the oracle: two descriptions of each match, written apart from each other, must agree on every packet. */
import { describe, expect, it } from 'vitest';
import { lowerRuleset } from '../lower/lower.js';
import { decodePacket } from '../net/decode.js';
import { toHex } from '../net/bytes.js';
import { interpret } from '../oracle/interpret.js';
import { newOracleState } from '../oracle/state.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import { generatePackets } from './generate-packets.js';
import { generateRuleset, pureMatches } from './generate-ruleset.js';
import { matchExtension } from '../extensions/registry.js';
import type { Family } from '../ruleset/model.js';
import { walkIr } from './ir-walk.js';
import { readRuleset } from './read-ruleset.js';
import { defaultVocabulary } from './vocabulary.js';
import { slotNames } from './slots.js';

const RULESETS = Number(process.env['PROPERTY_RULESETS'] ?? 40);
const PACKETS = Number(process.env['PROPERTY_PACKETS'] ?? 250);

const SEEDS = Array.from({ length: RULESETS }, (_, seed) => seed);
const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

describe('lowering', () => {
  it.each(FAMILIES.flatMap((family) => SEEDS.map((seed) => [family, seed] as const)))('agrees with the oracle on %s ruleset %i', (family, seed) => {
    // What lowers to a call has its meaning in bpf/, not in its steps.
    const compared = pureMatches(family).filter((name) => matchExtension(name, family)?.calls !== true);
    const vocabulary = defaultVocabulary(family);
    const text = generateRuleset(`lowering ${seed}`, { matches: seed % 2 === 0 ? compared.filter((name) => name !== 'conntrack' && name !== 'state') : compared, vocabulary });
    const ruleset = readRuleset(text, family);
    const ir = lowerRuleset(ruleset, (chain, rule, family) => saveRule(chain, rule, family, 'none'));
    const names = slotNames(ir);
    for (const { hook, l3, meta, note } of generatePackets(ruleset, `packets ${seed}`, PACKETS)) {
      const packet = decodePacket(l3, meta);
      const wanted = interpret(ruleset, hook, packet, newOracleState());
      const got = walkIr(ir, hook, packet);
      const shown = { verdict: got.verdict, hotdrop: got.hotdrop, trail: got.slots.map((slot) => names[slot]) };
      const expected = { verdict: wanted.verdict, hotdrop: wanted.hotdrop, trail: wanted.trail.map(({ chain, rule }) => `${chain} ${rule}`) };
      expect(shown, `${note}\n${hook} ${toHex(l3)}\n${text}`).toEqual(expected);
    }
  });
});
