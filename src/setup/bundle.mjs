// Joins the modules of each command into one file: a call of iptables is short, and loading 180 modules takes longer than its work.
// dist/bundle/bin lies as deep as every room of dist/src, so that addresses relative to a module (addon, C stages, entry files) still hold.
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { rolldown } from 'rolldown';

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist');
const entries = path.join(dist, 'src/cli/bin');
const out = path.join(dist, 'bundle/bin');

rmSync(out, { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(readdirSync(entries).filter((file) => file.endsWith('.js')).map((file) => [file.slice(0, -3), path.join(entries, file)])),
  platform: 'node',
  logLevel: 'warn',
});
await bundle.write({ dir: out, format: 'esm', chunkFileNames: '[name]-[hash].js' });
await bundle.close();
for (const file of readdirSync(out)) chmodSync(path.join(out, file), 0o755);
