/** The generator of short exchanges (exchanges.c), compiled when it is first asked for. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exec, execOk } from '../../harness/exec.js';

/** dist/compat-tests/bench/exchanges is four levels below the repository. */
const SOURCE = path.resolve(import.meta.dirname, '../../../../compat-tests/bench/exchanges/exchanges.c');

/** Compilers, the first that is there. */
const COMPILERS = ['cc', 'gcc', 'clang'];

let compiled: string | undefined;

function program(): string {
  if (compiled !== undefined) return compiled;
  const compiler = COMPILERS.find((name) => exec(['sh', '-c', `command -v ${name}`]).status === 0);
  if (compiler === undefined) throw new Error(`none of ${COMPILERS.join(', ')} is installed`);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'exchanges-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'exchanges');
  execOk([compiler, '-O2', '-o', file, SOURCE]);
  compiled = file;
  return file;
}

export interface Way {
  /** Named namespaces. */
  readonly server: string;
  readonly client: string;
  readonly address: string;
  readonly port: number;
  readonly firstClient: string;
  readonly clients: number;
}

export interface Exchanges {
  readonly whole: number;
  readonly failed: number;
  readonly perSecond: number;
}

/** Exchanges for so long, on the calling core. @param begun exchanges of this way before */
export function exchange(way: Way, begun: number, milliseconds: number): Exchanges {
  const space = (name: string): string => `/run/netns/${name}`;
  const said = execOk([program(), space(way.server), space(way.client), way.address, String(way.port), way.firstClient, String(way.clients), String(begun), String(milliseconds)]);
  const [whole, failed, time] = said.trim().split(' ').map(Number) as [number, number, number];
  return { whole, failed, perSecond: (whole * 1e9) / time };
}
