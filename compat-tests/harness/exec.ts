/** Runs commands, in a network namespace where asked; bounded in time, output captured. */
import { spawnSync } from 'node:child_process';

export interface ExecResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** Named network namespace (`ip netns`) to run in; the machine's own when absent. */
  readonly namespace?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds, default 60000. */
  readonly timeout?: number;
}

/** The argv that runs `argv` inside the named namespace. Only the network namespace changes: mounts stay the caller's. */
export function inNamespace(namespace: string, argv: readonly string[]): string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`, '--', ...argv];
}

/** Runs a command to its end and returns what it said; a command that does not start or does not end in time throws. */
export function exec(argv: readonly string[], options: ExecOptions = {}): ExecResult {
  const [file, ...args] = options.namespace === undefined ? argv : inNamespace(options.namespace, argv);
  if (file === undefined) throw new Error('exec: empty command');
  const result = spawnSync(file, args, {
    encoding: 'utf8',
    env: { ...process.env, ...options.env },
    timeout: options.timeout ?? 60_000,
    maxBuffer: 256 * 1024 * 1024,
    ...(options.input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] as const } : { input: options.input }),
  });
  if (result.error !== undefined) throw new Error(`${argv.join(' ')}: ${result.error.message}`);
  return { status: result.status ?? 128, stdout: result.stdout, stderr: result.stderr };
}

/** As exec, but any exit code other than 0 throws with the command's stderr. Returns stdout. */
export function execOk(argv: readonly string[], options: ExecOptions = {}): string {
  const result = exec(argv, options);
  if (result.status !== 0) throw new Error(`${argv.join(' ')}: exit ${result.status}\n${result.stderr.trim()}`);
  return result.stdout;
}
