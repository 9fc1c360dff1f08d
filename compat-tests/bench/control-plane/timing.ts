/** Times whole processes in namespaces that are made for each run. */
import { possibleCpus } from '../../../src/kernel/cpus.js';
import { exec } from '../../harness/exec.js';
import { runCommand, type Firewall } from '../../harness/firewall.js';
import { createNamespace, removeNamespace } from '../../harness/namespaces.js';

/** Milliseconds, by round. */
export interface Times {
  readonly restore: number[];
  readonly append: number[];
}

/** Commands are not held to one core, as those of users are not: node compiles and collects garbage beside its work. */
const ANYWHERE = ['taskset', '-c', `0-${possibleCpus() - 1}`];

/** From the start of a process to its end, ms. @throws Error when it fails */
function timed(argv: readonly string[], namespace: string): number {
  const start = process.hrtime.bigint();
  const { status, stderr } = exec([...ANYWHERE, ...argv], { namespace, timeout: 120_000 });
  const time = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${argv.join(' ')}: exit ${status}\n${stderr.trim()}`);
  return time;
}

/** One round: restores the file in a new namespace, then appends a rule. */
export function timeRound(firewall: Firewall, file: string, times: Times): void {
  const namespace = createNamespace('control');
  times.restore.push(timed([...firewall.restore, file], namespace));
  times.append.push(timed([...firewall.command, '-A', 'FORWARD', '-s', '192.0.2.1', '-j', 'DROP'], namespace));
  removeNamespace(namespace);
}

/** What a process takes that does nothing. */
export function timeNode(): number {
  const namespace = createNamespace('control');
  const time = timed([process.execPath, '-e', '0'], namespace);
  removeNamespace(namespace);
  return time;
}

/** Watches a process until it ends and prints the most memory it held, kB; looks every 10 ms. */
const WATCH = '"$@" & p=$!; most=0; while v=$(grep VmHWM "/proc/$p/status" 2>/dev/null); do most=$v; sleep 0.01; done; wait $p; status=$?; echo "$most"; exit $status';

/** Peak resident memory of a restore and of an append behind it, MB; the larger one. */
export function peakMemory(firewall: Firewall, file: string): number {
  const namespace = createNamespace('control');
  const peaks = [[...firewall.restore, file], [...firewall.command, '-A', 'FORWARD', '-s', '192.0.2.1', '-j', 'DROP']].map((argv) => {
    const { status, stdout, stderr } = exec([...ANYWHERE, 'bash', '-c', WATCH, 'watch', ...argv], { namespace, timeout: 120_000 });
    if (status !== 0) throw new Error(`${argv.join(' ')}: exit ${status}\n${stderr.trim()}`);
    return (Number(/(\d+) kB/.exec(stdout)?.[1]) * 1024) / 1e6;
  });
  const rules = runCommand(firewall, namespace, ['-S']).stdout.split('\n').length;
  removeNamespace(namespace);
  if (rules < 10) throw new Error('the rules watched are not in force');
  return Math.max(...peaks);
}
