/** C programs of the tests and the benchmark, compiled when they are first asked for; gone with the process. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exec, execOk } from './exec.js';

/** dist/compat-tests/harness is three levels below the repository. */
const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

/** The first that is there. */
const COMPILERS = ['cc', 'gcc', 'clang'];

const compiled = new Map<string, string>();

/** @param source path in the repository. @returns the executable's path. @throws Error where there is no compiler */
export function compileC(source: string): string {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const compiler = COMPILERS.find((name) => exec(['sh', '-c', `command -v ${name}`]).status === 0);
  if (compiler === undefined) throw new Error(`none of ${COMPILERS.join(', ')} is installed`);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'bpf-iptables-c-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, path.basename(source, '.c'));
  execOk([compiler, '-O2', '-Wall', '-Werror', '-o', file, path.join(REPOSITORY, source)]);
  compiled.set(source, file);
  return file;
}
