// Joins the modules of each command into few files: a call of iptables is short, and loading 180 modules takes longer than its work.
// dist/bundle/bin lies as deep as every room of dist/src, so that addresses relative to a module (addon, C stages, entry files) still hold.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { cacheCode } from './code-cache.mjs';

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist');
const out = path.join(dist, 'bundle/bin');

/** Commands that src/cli/launch/launch.mjs starts from run.cjs; the others are modules with entry files of their own. */
const LAUNCHED = ['bpf-iptables', 'bpf-ip6tables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);

/** @param {Record<string, string>} input @param {import('rolldown').OutputOptions} output */
async function bundle(input, output) {
  const built = await rolldown({ input, platform: 'node', logLevel: 'warn' });
  await built.write({ dir: out, ...output });
  await built.close();
}

rmSync(out, { recursive: true, force: true });
const entries = readdirSync(path.join(dist, 'src/cli/bin')).filter((file) => file.endsWith('.js'));
await bundle(Object.fromEntries(entries.map((file) => [file.slice(0, -3), path.join(dist, 'src/cli/bin', file)])), { format: 'esm', chunkFileNames: '[name]-[hash].js' });
await bundle({ run: path.join(dist, 'src/cli/run.js') }, {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
});
// What launch.mjs runs is one function, whose parameters are a module's variables.
for (const file of readdirSync(out).filter((name) => name.endsWith('.cjs'))) {
  const source = readFileSync(path.join(out, file), 'utf8');
  writeFileSync(path.join(out, file), `(function (exports, require, module, __filename, __dirname) { 'use strict'; ${source}\n})`);
}
cacheCode(out);
for (const name of LAUNCHED) {
  writeFileSync(path.join(out, `${name}.js`), `#!/usr/bin/env node\nimport { launch } from '../../../src/cli/launch/launch.mjs';\n\nawait launch('${name}');\n`);
}
for (const file of readdirSync(out).filter((name) => name.endsWith('.js'))) chmodSync(path.join(out, file), 0o755);
