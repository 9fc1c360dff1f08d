/** Which vectors are the same rule to -C and -D, as recorded from iptables-legacy and ip6tables-legacy: by every spelling, and as rules come back from the state. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoredRuleReader, StoredRuleWriter } from '../cli/stored-rule.js';
import { parseCommand } from '../parse/parse-command.js';
import { sameRule } from '../ruleset/identity.js';
import { ZERO_COUNTERS, type Family, type Rule } from '../ruleset/model.js';
import { parseSame } from './vectors/same-file.js';
import { parseVectors, splitWords, vectorFamily } from './vectors/vector-file.js';

const HERE = import.meta.dirname;
const RECORDED: Readonly<Record<Family, string>> = { ipv4: 'same.recorded', ipv6: 'same6.recorded' };
/** To iptables a mask that is written is another rule than the same mask that is not, in this option of conntrack alone: it keeps what it made of the words. */
const APART = new Set(['-m conntrack --ctorigsrc 10.0.0.1/32', '-m conntrack --ctorigsrc 10.0.0.1/4294967295']);
const hasChain = (): boolean => false;

function parse(family: Family, chain: string, spec: string): Rule {
  const command = parseCommand(['-A', chain, ...splitWords(spec)], { family, programName: 'iptables', hasChain, hosts: (name) => (name === 'localhost' && family === 'ipv4' ? [0x7f000001n] : []) });
  if (command.kind !== 'append' || command.rules.length !== 1) throw new Error(`not one rule: ${spec}`);
  return command.rules[0]!;
}

/** The rule as the next command has it. */
function loaded(family: Family, chain: string, rule: Rule): Rule {
  const line = new StoredRuleWriter(family, hasChain).line(chain, rule);
  return new StoredRuleReader(family, hasChain).read(line, 0, line.length, ZERO_COUNTERS, 0);
}

const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter((name) => vectorFamily(name) !== undefined).sort();

describe.each(files)('%s', (file) => {
  const family = vectorFamily(file)!;
  const recorded = parseSame(readFileSync(path.join(HERE, 'vectors', RECORDED[family]), 'utf8')).filter((same) => same.file === path.basename(file));
  const accepted = parseVectors(readFileSync(path.join(HERE, file), 'utf8')).filter(({ outcome }) => outcome?.kind === 'accepted');

  it('has been recorded', () => {
    expect(recorded.map(({ chain }) => chain).sort()).toEqual([...new Set(accepted.map(({ chain }) => chain))].sort());
  });

  it.each(recorded.map(({ chain, first }) => [chain, first] as const))('%s', (chain, first) => {
    const specs = accepted.filter((vector) => vector.chain === chain).map(({ spec }) => spec);
    const rules = specs.map((spec) => parse(family, chain, spec));
    const inForce = rules.map((rule) => loaded(family, chain, rule));
    const found = rules.map((rule) => inForce.findIndex((candidate) => sameRule(candidate, rule)));
    const told = (numbers: readonly number[]): string[] => specs.flatMap((spec, index) => (APART.has(spec) ? [] : [`${spec} is ${specs[numbers[index]!] ?? 'none'}`]));
    expect(told(found)).toEqual(told(first));
  });
});
