// Builds the native addon, dist/native/bpf_iptables.node, with the system's g++; only what is stale, nothing downloaded.
// Usage: node src/setup/build-native.mjs [--force]
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync, existsSync } from 'node:fs';
import { dirname, join, basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { availableParallelism } from 'node:os';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const sources = join(root, 'src', 'native');
const output = join(root, 'dist', 'native');
const addon = join(output, 'bpf_iptables.node');
const compiler = process.env.CXX ?? 'g++';
const flags = [
  '-c', '-fPIC', '-std=c++17', '-O1', '-Wall', '-Wextra', '-Werror', '-fvisibility=hidden', '-D_GNU_SOURCE', '-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS',
  '-isystem', join(root, 'node_modules', 'node-addon-api'), '-isystem', join(root, 'node_modules', 'node-api-headers', 'include'),
];

/** Modification time in ms, 0 for a file that is not there. */
function changed(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

async function build() {
  mkdirSync(join(output, 'objects'), { recursive: true });
  const files = readdirSync(sources);
  const common = Math.max(changed(fileURLToPath(import.meta.url)), ...files.filter((f) => f.endsWith('.h')).map((f) => changed(join(sources, f))));
  const units = files.filter((f) => f.endsWith('.cc')).map((f) => ({ source: join(sources, f), object: join(output, 'objects', `${basename(f, '.cc')}.o`) }));
  const force = process.argv.includes('--force');
  const stale = units.filter((u) => force || changed(u.object) < Math.max(common, changed(u.source)));
  const queue = [...stale];
  const workers = Array.from({ length: Math.min(availableParallelism(), 8) }, async () => {
    for (let unit = queue.shift(); unit; unit = queue.shift()) {
      // Written beside and renamed, so that an interrupted build leaves no half object behind.
      const partial = `${unit.object}.${process.pid}`;
      await run(compiler, [...flags, unit.source, '-o', partial]);
      renameSync(partial, unit.object);
    }
  });
  await Promise.all(workers);
  if (stale.length === 0 && changed(addon) >= Math.max(...units.map((u) => changed(u.object)))) return;
  const partial = `${addon}.${process.pid}`;
  await run(compiler, ['-shared', '-o', partial, ...units.map((u) => u.object)]);
  renameSync(partial, addon);
}

try {
  await build();
} catch (error) {
  if (error.code === 'ENOENT') console.error(`building the native addon needs a C++ compiler: ${compiler} was not found (Debian, Ubuntu: apt-get install g++)`);
  else console.error(error.stderr || error.message);
  process.exit(1);
}
