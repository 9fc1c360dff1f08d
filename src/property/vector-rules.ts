/** Rules out of the recorded vectors of matches: each option in each form that the real iptables accepts, so that a new match is met without a word here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { IptablesError } from '../errors/errors.js';
import { matchExtension } from '../extensions/registry.js';
import { parseVectors } from '../extensions/vectors/vector-file.js';
import { parseSaveLine } from '../parse/parse-save.js';
import { BUILTIN_CHAINS, type BuiltinChain, type Family, type Rule } from '../ruleset/model.js';

export interface VectorRule {
  /** `-p tcp`, `! -p 47`: what its matches ask of the head. */
  readonly protocol?: string;
  /** The matches, as iptables-save writes them. */
  readonly words: string;
  readonly names: readonly string[];
  /** The built-in chains whose packets the kernel lets it see. */
  readonly hooks: readonly BuiltinChain[];
}

/** The folders of extensions with their vectors: beside this file, or where the sources of the compiled file are. */
const FOLDER = ['../extensions', '../../../src/extensions'].map((from) => path.resolve(import.meta.dirname, from)).find((folder) => existsSync(path.join(folder, 'tcp/tcp.vectors')));

const known = new Map<string, readonly VectorRule[]>();

/** The rules recorded for the match `name`; none where it has no vectors. */
export function vectorRules(name: string, family: Family): readonly VectorRule[] {
  const key = `${name} ${family}`;
  let rules = known.get(key);
  if (rules === undefined) known.set(key, (rules = read(name, family)));
  return rules;
}

function read(name: string, family: Family): VectorRule[] {
  if (FOLDER === undefined) return [];
  const text = vectorText(FOLDER, name, family);
  const specs = parseVectors(text).flatMap(({ outcome }) => (outcome?.kind === 'accepted' ? [outcome.saved] : []));
  const rules = new Map<string, VectorRule>();
  for (const spec of specs) {
    const rule = ruleOf(spec, family);
    if (rule?.names.includes(name) === true) rules.set(`${rule.protocol} ${rule.words}`, rule);
  }
  return [...rules.values()];
}

function vectorText(folder: string, name: string, family: Family): string {
  const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((entry) => path.basename(entry) === `${name}.vectors${family === 'ipv6' ? '6' : ''}`);
  return file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8');
}

/** `spec` without its target and without what its head asks besides the protocol. Undefined where no match is left. */
function ruleOf(spec: string, family: Family): VectorRule | undefined {
  const words = spec.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const target = words.findIndex((word) => word === '-j' || word === '-g');
  const parts = target < 0 ? words : words.slice(0, target);
  const first = parts.indexOf('-m');
  if (first < 0) return undefined;
  const head = parts.slice(0, first).join(' ');
  const protocol = /(?:! )?-p \S+/.exec(head)?.[0];
  const matches = parts.slice(first).join(' ');
  const line = protocol === undefined ? matches : `${protocol} ${matches}`;
  const hooks = BUILTIN_CHAINS.filter((hook) => isLegal(`-A ${hook} ${line}`, hook, family));
  if (hooks.length === 0) return undefined;
  const names = parts.flatMap((word, index) => (word === '-m' ? [parts[index + 1]!] : []));
  return { ...(protocol === undefined ? {} : { protocol }), words: matches, names, hooks };
}

function isLegal(line: string, hook: BuiltinChain, family: Family): boolean {
  try {
    const read = parseSaveLine(line, { line: 1, table: 'filter' }, { family, programName: 'iptables-restore', hasChain: () => false });
    return read.kind === 'command' && read.command.kind === 'append' && read.command.rules.every((rule) => isAllowed(rule, hook, family));
  } catch (error) {
    if (error instanceof IptablesError) return false;
    throw error;
  }
}

function isAllowed(rule: Rule, hook: BuiltinChain, family: Family): boolean {
  return rule.matches.every(({ name, data }) => matchExtension(name, family)?.check?.(data, rule.head, [hook]) === undefined);
}
