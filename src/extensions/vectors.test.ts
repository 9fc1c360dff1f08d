/** Every vector through the real parser, the kernel's checks and the printers, compared with what iptables-legacy was recorded to do. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorText } from '../cli/error-text.js';
import { IptablesError, RulesetRefusal } from '../errors/errors.js';
import { parseCommand } from '../parse/parse-command.js';
import type { BuiltinChain, Rule } from '../ruleset/model.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import { matchExtension, targetExtension } from './registry.js';
import { parseVectors, splitWords, type Accepted, type Refused } from './vectors/vector-file.js';

const HERE = import.meta.dirname;

const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.vectors'))
  .sort();

/** A rule as the parser makes it, and as the kernel would take it. */
function append(chain: string, words: readonly string[]): { rule: Rule; warnings: string } {
  const command = parseCommand(['-A', chain, ...words], { family: 'ipv4', programName: 'iptables', hasChain: () => false, hosts: (name) => (name === 'localhost' ? [0x7f000001n] : []) });
  if (command.kind !== 'append' || command.rules.length !== 1) throw new Error(`not one rule: ${words.join(' ')}`);
  const rule = command.rules[0]!;
  for (const { extension, data } of extensionsOf(rule)) {
    const problem = extension.check?.(data, rule.head, [chain as BuiltinChain]);
    if (problem !== undefined) throw new RulesetRefusal(problem);
  }
  return { rule, warnings: command.warnings.map((line) => `${line}\n`).join('') };
}

function extensionsOf({ matches, target }: Rule) {
  const used = matches.map(({ name, data }) => ({ extension: matchExtension(name, 'ipv4')!, data }));
  return target.kind === 'extension' ? [...used, { extension: targetExtension(target.name, 'ipv4')!, data: target.data }] : used;
}

/** The one name that the recording host has for an address. */
const nameOf = (address: bigint): string | undefined => (address === 0x7f000001n ? 'localhost' : undefined);

function replayAccepted(chain: string, spec: string): Accepted {
  const { rule, warnings } = append(chain, splitWords(spec));
  const list = (numeric: boolean): string => extensionsOf(rule).map(({ extension, data }) => extension.list(data, numeric, nameOf)).join('');
  return {
    kind: 'accepted',
    saved: saveRule(chain, rule, 'ipv4', 'none').slice(`-A ${chain} `.length),
    listNumeric: list(true),
    list: list(false),
    warnings,
  };
}

function replay(chain: string, spec: string): Accepted | Refused {
  try {
    return replayAccepted(chain, spec);
  } catch (error) {
    if (!(error instanceof IptablesError)) throw error;
    return { kind: 'refused', exitCode: error.exitCode, stderr: errorText(error, 'iptables') };
  }
}

describe.each(files)('%s', (file) => {
  const vectors = parseVectors(readFileSync(path.join(HERE, file), 'utf8'));

  it('is recorded', () => {
    expect(vectors.length).toBeGreaterThan(10);
    expect(vectors.filter((vector) => !vector.outcome)).toEqual([]);
  });

  it.each(vectors.map((vector) => [vector.chain, vector.spec, vector.outcome] as const))('-A %s %s', (chain, spec, outcome) => {
    expect(replay(chain, spec)).toEqual(outcome);
  });
});
