/**
 * Compiles bpf/*.c with clang and writes dist/bpf/units.json, the library the linker takes its C stages from.
 * Runs only when a source, a header or this build step is newer than the result. Needs clang (CLANG names another one).
 *
 *     node src/setup/build-bpf.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { unitsFromObject } from './units-from-object.mjs';

const setup = dirname(fileURLToPath(import.meta.url));
const root = join(setup, '..', '..');
const sources = join(root, 'bpf');
const output = join(root, 'dist', 'bpf', 'units.json');

/** clang's flags for a stage; the uapi headers of Debian and Ubuntu keep `asm/` under the multiarch triplet. */
export function clangFlags() {
  const triplet = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch];
  return [
    ...['-target', 'bpf', '-mcpu=v3', '-O2', '-g', '-Wall', '-Wextra', '-Werror'],
    // Headers are shared by stages that use parts of them, and every stage takes ctx and record whether it needs both or not.
    ...['-Wno-unused-parameter', '-Wno-unused-function', '-Wno-unused-const-variable'],
    ...(process.arch === 'x64' ? ['-D__TARGET_ARCH_x86'] : []),
    ...['-ffunction-sections', '-fno-jump-tables', '-fno-stack-protector'],
    ...(triplet ? [`-I/usr/include/${triplet}`] : []),
  ];
}

function modified(directory, pattern) {
  return readdirSync(directory)
    .filter((name) => pattern.test(name))
    .map((name) => statSync(join(directory, name)).mtimeMs);
}

function stale() {
  try {
    const built = statSync(output).mtimeMs;
    return Math.max(...modified(sources, /\.[ch]$/), ...modified(setup, /^(build-bpf|elf|line-info|units-from-object)\.mjs$/)) > built;
  } catch (error) {
    if (error.code === 'ENOENT') return true;
    throw error;
  }
}

/** Compiles every stage and returns the serialised units, sorted by name. */
export function buildUnits() {
  const scratch = mkdtempSync(join(tmpdir(), 'bpf-iptables-'));
  try {
    const units = [];
    for (const name of readdirSync(sources).filter((file) => file.endsWith('.c')).sort()) {
      const object = join(scratch, `${name}.o`);
      execFileSync(process.env.CLANG ?? 'clang', [...clangFlags(), '-c', join(sources, name), '-o', object], { stdio: 'inherit' });
      units.push(...unitsFromObject(readFileSync(object)));
    }
    units.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const [i, { name }] of units.entries()) if (units[i + 1]?.name === name) throw new Error(`two functions are called ${name}`);
    return units;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href && stale()) {
  const units = buildUnits();
  mkdirSync(dirname(output), { recursive: true });
  const partial = `${output}.${process.pid}`;
  writeFileSync(partial, JSON.stringify(units));
  renameSync(partial, output);
}
