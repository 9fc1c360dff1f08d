/** The house rules that a machine can check: import law, file length, no barrels, no machine paths. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SOURCE = path.join(ROOT, 'src');

/** For each room, the rooms it may import (its own is implied). docs/architecture.md states the same table with reasons. */
const LAW: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  net: ['errors', 'ruleset/model'],
  ir: ['ruleset/model'],
  extensions: ['errors', 'net', 'ir', 'ruleset/model'],
  ruleset: ['errors', 'net', 'extensions'],
  parse: ['errors', 'net', 'ruleset', 'extensions'],
  oracle: ['net', 'ruleset', 'extensions', 'errors'],
  asm: ['link/code-unit'],
  lower: ['net', 'ir', 'ruleset', 'extensions', 'errors'],
  plan: ['ir', 'errors', 'ruleset/model'],
  link: ['asm', 'emit/spec', 'errors'],
  emit: ['ir', 'plan', 'asm', 'link', 'errors'],
  golden: ['parse', 'ruleset', 'lower', 'plan', 'emit', 'asm', 'link', 'ir', 'extensions', 'errors'],
  native: [],
  kernel: ['emit/spec', 'emit/counters', 'emit/record', 'link', 'native', 'errors', 'ruleset/model'],
  property: ['net', 'ruleset', 'extensions', 'parse', 'oracle', 'lower', 'plan', 'emit', 'link', 'kernel', 'errors', 'ir'],
  cli: ['errors', 'net', 'ruleset', 'extensions', 'parse', 'lower', 'plan', 'emit', 'link', 'kernel', 'ir', 'asm'],
  setup: [],
};

function files(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/generated/') && !file.includes('node_modules'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)].map((match) => path.resolve(path.dirname(file), match[1]!));
}

const code = files(SOURCE).filter((file) => file.endsWith('.ts'));

describe('the house', () => {
  it('has a law for every room', () => {
    const rooms = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(rooms.filter((room) => LAW[room] === undefined)).toEqual([]);
  });

  it('keeps the import law', () => {
    const offences: string[] = [];
    for (const file of code.filter((name) => !name.endsWith('.test.ts'))) {
      const from = path.relative(SOURCE, file);
      const room = from.split('/')[0]!;
      for (const target of importsOf(file)) {
        const to = path.relative(SOURCE, target);
        if (to.startsWith('..')) {
          if (!from.startsWith('cli/bin/') && !to.startsWith('../package.json')) offences.push(`${from} -> ${to}`);
          continue;
        }
        if (to.split('/')[0] === room) continue;
        if (!(LAW[room] ?? []).some((allowed) => to === `${allowed}.js` || to.startsWith(`${allowed}/`))) offences.push(`${from} -> ${to}`);
      }
    }
    expect(offences).toEqual([]);
  });

  it('lets no extension import another', () => {
    const offences = code
      .filter((file) => path.relative(SOURCE, file).split('/').length > 2 && file.includes('/extensions/') && !file.endsWith('.test.ts'))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => {
            const to = path.relative(path.join(SOURCE, 'extensions'), target).split('/');
            const own = path.relative(path.join(SOURCE, 'extensions'), file).split('/')[0];
            return to.length > 1 && to[0] !== '..' && to[0] !== own && to[0] !== 'guided';
          })
          .map((target) => `${path.relative(SOURCE, file)} -> ${path.relative(SOURCE, target)}`),
      );
    expect(offences).toEqual([]);
  });

  it('lets only kernel/ import native/', () => {
    const harness = files(path.join(ROOT, 'compat-tests')).filter((file) => file.endsWith('.ts'));
    expect(harness.length).toBeGreaterThan(0);
    const offences = code.filter((file) => !/\/(kernel|native)\//.test(file) && importsOf(file).some((target) => target.includes('/src/native/')));
    expect(offences.map((file) => path.relative(ROOT, file))).toEqual([]);
  });

  it('keeps files short', () => {
    const all = [...code, ...files(path.join(ROOT, 'bpf')), ...files(path.join(ROOT, 'compat-tests')), ...files(path.join(SOURCE, 'native'))];
    const long = all
      .filter((file) => /\.(ts|mjs|c|h|cc)$/.test(file))
      .map((file) => ({ file: path.relative(ROOT, file), lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });

  it('has no barrel files', () => {
    expect(code.filter((file) => /\/index\.ts$/.test(file))).toEqual([]);
  });
});
