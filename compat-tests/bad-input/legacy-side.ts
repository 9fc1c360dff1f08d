/** iptables-legacy in a namespace of its own: what it says to a file, and what it has in force afterwards. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inNamespace } from '../harness/exec.js';

/** Output as latin1: bytes. */
export interface Answer {
  /** Exit code; 128 + signal number where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Locks of these tests are their own. */
export const LOCK_FILE = `/run/bic-${process.pid}-bad-input.lock`;
export const ENVIRONMENT = { ...process.env, XTABLES_LOCKFILE: LOCK_FILE };

/** Output of -save without the comment lines (they hold the time), bytes as latin1. */
export function rulesOf(saved: string): string {
  return saved.split('\n').filter((line) => !line.startsWith('#')).join('\n');
}

/** Runs `body` with a descriptor of a file that holds `content`. */
function withFile<Result>(content: Buffer | string, body: (fd: number) => Result): Result {
  const directory = mkdtempSync(path.join(tmpdir(), 'bpf-iptables-bad-input-'));
  const name = path.join(directory, 'input');
  writeFileSync(name, content);
  const fd = openSync(name, 'r');
  try {
    return body(fd);
  } finally {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  }
}

export class LegacySide {
  constructor(readonly namespace: string) {}

  /** Runs `iptables-legacy<tool> ARGS`. */
  run(tool: '' | '-restore' | '-save', args: readonly string[], input: Buffer | string = ''): Answer {
    const [file, ...rest] = inNamespace(this.namespace, [`iptables-legacy${tool}`, ...args]);
    // A file, not a pipe: iptables may end before it has read everything.
    const result = withFile(input, (stdin) => spawnSync(file!, rest, { stdio: [stdin, 'pipe', 'pipe'], env: ENVIRONMENT, timeout: 60_000, maxBuffer: 1 << 28 }));
    if (result.error) throw result.error;
    return { code: result.status ?? 128, stdout: result.stdout.toString('latin1'), stderr: result.stderr.toString('latin1') };
  }

  /** The filter table in force, with counters. */
  rules(): string {
    return rulesOf(this.run('-save', ['-c', '-t', 'filter']).stdout);
  }
}
