/** Replays what iptables-legacy did with each command line (vectors/*.vectors, recorded by vectors/record.mjs). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { IptablesError } from '../errors/errors.js';
import { matchExtension, targetExtension } from '../extensions/registry.js';
import type { Family, Rule } from '../ruleset/model.js';
import type { Command } from './command.js';
import { parseCommand } from './parse-command.js';
import { printRule } from './rule-text.fixture.js';

const CHAINS = new Set(['INPUT', 'FORWARD', 'OUTPUT', 'C1', 'C2', 'TRACE']);

/** The names the recorded lines use, as Debian's /etc/hosts and /etc/networks have them; numbers in getaddrinfo's own forms. */
const HOSTS: ReadonlyMap<string, bigint> = new Map([
  ['localhost', 0x7f000001n], ['LOCALHOST', 0x7f000001n], ['default', 0n], ['loopback', 0x7f000000n], ['link-local', 0xa9fe0000n],
  ['0xffffffff', 0xffffffffn], ['4294967295', 0xffffffffn], ['fe80::1%lo', (0xfe80n << 112n) | 1n],
]);

function hosts(name: string, family: Family): readonly bigint[] {
  const address = HOSTS.get(name);
  return address === undefined || (family === 'ipv6') !== address > 0xffffffffn ? [] : [address];
}

interface Vector {
  readonly spec: string;
  readonly exit: number;
  readonly stderr: string;
  readonly rules: readonly string[];
}

function load(file: string): readonly Vector[] {
  const lines = readFileSync(path.join(import.meta.dirname, 'vectors', file), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const [spec, exit, stderr, rules] = line.split(/ ;(?: |$)/);
    return { spec: spec!, exit: Number(exit), stderr: stderr!.replaceAll('\\n', '\n'), rules: rules ? rules.split(' | ') : [] };
  });
}

function words(spec: string): string[] {
  return [...spec.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (quoted ?? plain)!.replace(/\\(.)/g, (_, letter: string) => (letter === 't' ? '\t' : letter)),
  );
}

function stderrOf(error: IptablesError, program: string): string {
  const prefix = { versioned: `${program} v1.8.9 (legacy): `, plain: `${program}: `, bare: '' }[error.prefix];
  const warnings = error.warnings.map((line) => `${line}\n`).join('');
  const message = error.message === '' ? '' : `${prefix}${error.message}\n`;
  return warnings + message + (error.hint === 'try-help' ? `Try \`${program} -h' or '${program} --help' for more information.\n` : '');
}

function run(spec: string, family: Family, program: string): { command?: Command; error?: IptablesError } {
  try {
    return { command: parseCommand(words(spec), { family, programName: program, hasChain: (name) => CHAINS.has(name), hosts }) };
  } catch (error) {
    if (error instanceof IptablesError) return { error };
    throw error;
  }
}

/** Rules the command adds, as -S prints them; the chain's own order is the ruleset's matter. */
function added(command: Command, family: Family): string[] {
  if (command.kind !== 'append' && command.kind !== 'insert' && command.kind !== 'replace') return [];
  return command.rules.map((rule: Rule) => printRule(command.chain, rule, family)).sort();
}

describe.each([
  ['command-line.vectors', 'ipv4', 'iptables'],
  ['random-lines.vectors', 'ipv4', 'iptables'],
  ['ip6tables.vectors', 'ipv6', 'ip6tables'],
  ['random-lines6.vectors', 'ipv6', 'ip6tables'],
] as const)('%s', (file, family, program) => {
  const vectors = load(file);

  it('is a real set', () => {
    expect(vectors.length).toBeGreaterThan(50);
    expect(matchExtension('tcp', family) && targetExtension('LOG', family)).toBeTruthy();
  });

  it.each(vectors.map((vector) => [vector.spec, vector] as const))('%s', (spec, { exit, stderr, rules }) => {
    const { command, error } = run(spec, family, program);
    if (exit === 0) {
      expect(error?.message).toBeUndefined();
      expect(command!.warnings.map((line) => `${line}\n`).join('')).toBe(stderr);
      expect(added(command!, family)).toEqual([...rules].sort());
    } else if (exit === 2) {
      expect(error && stderrOf(error, program)).toBe(stderr);
      expect(error!.exitCode).toBe(2);
    } else if (error) {
      // A refusal by the ruleset that can be told without it.
      expect(stderrOf(error, program)).toBe(stderr);
      expect(error.exitCode).toBe(exit);
    } else {
      expect(command!.warnings.map((line) => `${line}\n`).join('')).toBe(stderr.split('\n').filter((line) => /^(Warning|Ignoring)/.test(line)).map((line) => `${line}\n`).join(''));
    }
  });
});
