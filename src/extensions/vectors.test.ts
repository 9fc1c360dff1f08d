/** Every vector through the real parser, the kernel's checks and the printers, compared with what iptables-legacy and ip6tables-legacy were recorded to do. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorText } from '../cli/error-text.js';
import { IptablesError, RulesetRefusal } from '../errors/errors.js';
import { parseCommand } from '../parse/parse-command.js';
import type { BuiltinChain, Family, Rule } from '../ruleset/model.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import { matchExtension, targetExtension } from './registry.js';
import { parseVectors, splitWords, vectorFamily, type Accepted, type Refused } from './vectors/vector-file.js';

const HERE = import.meta.dirname;

const PROGRAMS: Readonly<Record<Family, string>> = { ipv4: 'iptables', ipv6: 'ip6tables' };

const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
  .flatMap((name) => {
    const family = vectorFamily(name);
    return family ? [[name, family] as const] : [];
  })
  .sort();

/** A rule as the parser makes it, and as the kernel would take it. */
function append(family: Family, chain: string, words: readonly string[]): { rule: Rule; warnings: string } {
  const command = parseCommand(['-A', chain, ...words], { family, programName: PROGRAMS[family], hasChain: () => false, hosts: (name) => (name === 'localhost' && family === 'ipv4' ? [0x7f000001n] : []) });
  if (command.kind !== 'append' || command.rules.length !== 1) throw new Error(`not one rule: ${words.join(' ')}`);
  const rule = command.rules[0]!;
  for (const { extension, data } of extensionsOf(rule, family)) {
    const problem = extension.check?.(data, rule.head, [chain as BuiltinChain]);
    if (problem !== undefined) throw new RulesetRefusal(problem);
  }
  return { rule, warnings: command.warnings.map((line) => `${line}\n`).join('') };
}

function extensionsOf({ matches, target }: Rule, family: Family) {
  const used = matches.map(({ name, data }) => ({ extension: matchExtension(name, family)!, data }));
  return target.kind === 'extension' ? [...used, { extension: targetExtension(target.name, family)!, data: target.data }] : used;
}

/** The one name that the recording host has for an address. */
const nameOf = (address: bigint): string | undefined => (address === 0x7f000001n ? 'localhost' : undefined);

function replayAccepted(family: Family, chain: string, spec: string): Accepted {
  const { rule, warnings } = append(family, chain, splitWords(spec));
  const list = (numeric: boolean): string => extensionsOf(rule, family).map(({ extension, data }) => extension.list(data, numeric, nameOf)).join('');
  return {
    kind: 'accepted',
    saved: saveRule(chain, rule, family, 'none').slice(`-A ${chain} `.length),
    listNumeric: list(true),
    list: list(false),
    warnings,
  };
}

function replay(family: Family, chain: string, spec: string): Accepted | Refused {
  try {
    return replayAccepted(family, chain, spec);
  } catch (error) {
    if (!(error instanceof IptablesError)) throw error;
    return { kind: 'refused', exitCode: error.exitCode, stderr: errorText(error, PROGRAMS[family]) };
  }
}

describe.each(files)('%s', (file, family) => {
  const vectors = parseVectors(readFileSync(path.join(HERE, file), 'utf8'));

  it('is recorded', () => {
    expect(vectors.length).toBeGreaterThan(10);
    expect(vectors.filter((vector) => !vector.outcome)).toEqual([]);
  });

  it.each(vectors.map((vector) => [vector.chain, vector.spec, vector.outcome] as const))('-A %s %s', (chain, spec, outcome) => {
    expect(replay(family, chain, spec)).toEqual(outcome);
  });
});
