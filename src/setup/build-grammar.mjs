/**
 * Compiles grammar/*.ne into src/parse/generated/*.ts with nearley's compiler. Plain node, no arguments:
 * `node src/setup/build-grammar.mjs`. Only what is stale is compiled; also a vitest globalSetup (default export).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const sources = join(root, 'grammar');
const target = join(root, 'src', 'parse', 'generated');

/** Files that are only @included by these. */
const GRAMMARS = ['line', 'save', 'values'];

function newestSource() {
  const files = readdirSync(sources).filter((name) => name.endsWith('.ne'));
  const times = files.map((name) => statSync(join(sources, name)).mtimeMs);
  return Math.max(...times, statSync(fileURLToPath(import.meta.url)).mtimeMs);
}

function compile(name) {
  const nearley = require('nearley');
  const compileGrammar = require('nearley/lib/compile');
  const generate = require('nearley/lib/generate');
  const metaGrammar = nearley.Grammar.fromCompiled(require('nearley/lib/nearley-language-bootstrapped'));
  const file = join(sources, `${name}.ne`);
  const parser = new nearley.Parser(metaGrammar);
  parser.feed(readFileSync(file, 'utf8'));
  const args = [file];
  const compiled = compileGrammar(parser.results[0], { args, file, alreadycompiled: [], out: false });
  const exported = generate(compiled, 'grammar');
  // Written beside and renamed, so that a process reading it meanwhile sees a whole file.
  const out = join(target, `${name}.ts`);
  const beside = `${out}.${process.pid}`;
  writeFileSync(beside, exported);
  renameSync(beside, out);
}

/** Compiles every grammar older than its sources. */
export default function buildGrammar() {
  mkdirSync(target, { recursive: true });
  const newest = newestSource();
  for (const name of GRAMMARS) {
    const out = join(target, `${name}.ts`);
    if (!existsSync(out) || statSync(out).mtimeMs < newest) compile(name);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildGrammar();
