/** Replays what iptables-legacy-restore and ip6tables-legacy-restore did with whole files (vectors/restore.vectors, restore6.vectors, recorded by vectors/record-restore.mjs). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { IptablesError } from '../errors/errors.js';
import type { Family } from '../ruleset/model.js';
import type { Command } from './command.js';
import { parseSaveLine } from './parse-save.js';
import { printRule } from './rule-text.fixture.js';
import { saveLines } from './save-lines.js';
import { expandFile } from './vectors/restore-file.mjs';

const PROGRAMS: Readonly<Record<Family, string>> = { ipv4: 'iptables-restore', ipv6: 'ip6tables-restore' };
const BUILTIN = ['INPUT', 'FORWARD', 'OUTPUT'];

interface Vector {
  readonly spec: string;
  readonly exit: number;
  readonly stderr: string;
  readonly rules: readonly string[];
}

const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

function load(file: string): readonly Vector[] {
  const lines = readFileSync(path.join(import.meta.dirname, 'vectors', file), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('# ')).map((line) => {
    const [spec, exit, stderr, rules] = line.split(/ ;(?: |$)/);
    const text = stderr!.replace(/\\([nrt\\])/g, (_, letter: string) => UNESCAPED[letter]!);
    return { spec: spec!, exit: Number(exit), stderr: text, rules: rules ? rules.split(' | ') : [] };
  });
}

/** Just enough of a table to tell where rules end up. */
class Table {
  private readonly chains = new Map<string, string[]>(BUILTIN.map((name) => [name, []]));
  name: string | undefined;
  started = false;

  constructor(private readonly family: Family) {}

  has(chain: string): boolean {
    return this.chains.has(chain);
  }

  add(chain: string): void {
    this.chains.set(chain, []);
  }

  apply(command: Command, counters: boolean): void {
    if (command.kind === 'new-chain') this.add(command.chain);
    if (command.kind === 'flush') for (const [name, rules] of this.chains) if (!command.chain || command.chain === name) rules.length = 0;
    if (command.kind !== 'append' && command.kind !== 'insert') return;
    const printed = command.rules.map((rule) => {
      const { packets, bytes } = rule.counters;
      return `${counters ? `[${packets}:${bytes}] ` : ''}${printRule(command.chain, rule, this.family)}`;
    });
    const rules = this.chains.get(command.chain)!;
    rules.splice(command.kind === 'insert' ? command.position - 1 : rules.length, 0, ...printed);
  }

  rules(): string[] {
    return [...this.chains.values()].flat();
  }
}

function restore(family: Family, content: Buffer, counters: boolean): { table: Table; error?: IptablesError; line: number } {
  const table = new Table(family);
  for (const { text, number, terminated } of saveLines(content)) {
    try {
      const place = { line: number, table: table.name, terminated };
      const line = parseSaveLine(text, place, { family, programName: PROGRAMS[family], counters, hasChain: (name) => table.has(name) });
      if (line.kind === 'table') {
        table.name = line.name;
        table.started = true;
      } else if (line.kind === 'chain' && !table.has(line.name)) table.add(line.name);
      else if (line.kind === 'commit') table.name = undefined;
      else if (line.kind === 'command') table.apply(line.command, counters);
    } catch (error) {
      if (error instanceof IptablesError) return { table, error, line: number };
      throw error;
    }
  }
  return { table, line: 0 };
}

function stderrOf(error: IptablesError, program: string, line: number): string {
  const prefix = { versioned: `${program} v1.8.9 (legacy): `, plain: `${program}: `, bare: '' }[error.prefix];
  const hint = error.hint ? `Error occurred at line: ${line}\nTry \`${program} -h' or '${program} --help' for more information.\n` : '';
  return `${prefix}${error.message}\n${hint}`;
}

/** What only the table's owner can tell: these vectors end well as far as the lines go. */
const NOT_OURS = /unable to initialize table|Can't set policy|line \d+ failed\n$/;

describe.each<[string, Family, number]>([
  ['restore.vectors', 'ipv4', 180],
  ['restore6.vectors', 'ipv6', 170],
])('%s', (file, family, least) => {
  const vectors = load(file);

  it('is a real set', () => {
    expect(vectors.length).toBeGreaterThan(least);
    expect(vectors.filter(({ stderr }) => NOT_OURS.test(stderr)).length).toBeLessThan(20);
  });

  it.each(vectors.map((vector) => [vector.spec, vector] as const))('%s', (_, { spec, exit, stderr, rules }) => {
    const { flags, content } = expandFile(spec);
    const counters = flags.includes('-c');
    const { table, error, line } = restore(family, content, counters);
    if (error) {
      const ours = error.prefix === 'plain' && error.message.startsWith('Bad') ? `${PROGRAMS[family]}: line ${line} failed\n` : stderrOf(error, PROGRAMS[family], line);
      expect(ours).toBe(stderr);
      expect(error.exitCode).toBe(exit);
      expect(error.span).toMatchObject({ line });
    } else if (exit === 0) {
      const untouched = [`${counters ? '[0:0] ' : ''}-A OLD`];
      // A rule printed over two lines was recorded as two.
      expect(table.started ? table.rules().flatMap((rule) => rule.split('\n')) : untouched).toEqual(rules);
    } else {
      expect(stderr).toMatch(NOT_OURS);
    }
  });
});
