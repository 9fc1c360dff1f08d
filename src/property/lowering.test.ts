/** Lowering against the oracle: two descriptions of each match, written apart from each other, must agree on every packet. */
import { describe, expect, it } from 'vitest';
import { lowerRuleset } from '../lower/lower.js';
import { decodePacket } from '../net/decode.js';
import { toHex } from '../net/bytes.js';
import { interpret } from '../oracle/interpret.js';
import { newOracleState } from '../oracle/state.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import { generatePackets } from './generate-packets.js';
import { generateRuleset, defaultMatches } from './generate-ruleset.js';
import { MATCH_MAKERS } from './generate-match.js';
import { matchExtension } from '../extensions/registry.js';
import { walkIr } from './ir-walk.js';
import { readRuleset } from './read-ruleset.js';
import { slotNames } from './slots.js';

const RULESETS = Number(process.env['PROPERTY_RULESETS'] ?? 40);
const PACKETS = Number(process.env['PROPERTY_PACKETS'] ?? 250);

describe('lowering', () => {
  const pure = Object.keys(MATCH_MAKERS).filter((name) => matchExtension(name, 'ipv4')?.effect === 'pure');

  it.each(Array.from({ length: RULESETS }, (_, seed) => seed))('agrees with the oracle on ruleset %i', (seed) => {
    const text = generateRuleset(`lowering ${seed}`, { matches: seed % 2 === 0 ? defaultMatches() : pure });
    const ruleset = readRuleset(text);
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
