/** The library of C stages: what src/setup/build-bpf.mjs made of bpf/*.c. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InternalFault } from '../errors/errors.js';
import type { CodeUnit, StoredUnit } from './code-unit.js';

/** dist/bpf/units.json, seen from dist/src/link (built) or from src/link (tests). */
function defaultPath(): string {
  const candidates = ['../../bpf/units.json', '../../dist/bpf/units.json'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new InternalFault(`the compiled C stages are missing (${candidates.join(', ')}): run the build`);
  return found;
}

/**
 * Reads the units.
 * @param path units.json; default: the build's own
 * @throws InternalFault when it was not built
 */
export function loadLibrary(path: string = defaultPath()): CodeUnit[] {
  const stored = JSON.parse(readFileSync(path, 'utf8')) as StoredUnit[];
  return stored.map((unit) => ({ ...unit, insns: new Uint8Array(Buffer.from(unit.insns, 'base64')) }));
}
