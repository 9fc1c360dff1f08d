#!/usr/bin/env node
// Builds everything into dist/, each part only when its sources are newer: grammar, native addon, eBPF objects, TypeScript.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** @param {string[]} args */
function node(...args) {
  const result = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

node('src/setup/build-grammar.mjs');
node('src/setup/build-native.mjs');
node('src/setup/build-bpf.mjs');
node('node_modules/typescript/bin/tsc', '-p', '.');
for (const room of ['src', 'compat-tests']) {
  // What a deleted source left behind would still be found by the test runner.
  for (const entry of readdirSync(path.join(root, 'dist', room), { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const source = path.join(root, path.relative(path.join(root, 'dist'), file)).replace(/\.js$/, '.ts');
    if (entry.isFile() && file.endsWith('.js') && !existsSync(source)) rmSync(file);
  }
}
node('src/setup/bundle.mjs');
