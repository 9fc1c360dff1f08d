/** `bpf-iptables-compat`: the user's own rules through real iptables and bpf-iptables, side by side. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { reportText } from './harness/report.js';
import { leftOutText } from './harness/left-out.js';
import { filterTable } from './harness/rules-file.js';
import { trafficFor } from './harness/traffic.js';
import { worldFor } from './harness/world.js';
import { runTwin } from './run.js';

/** Exit codes: all equal, something differs, wrong usage or a run that could not be made. */
const EQUAL = 0;
const DIFFERENT = 1;
const USAGE = 2;

interface RunOptions {
  readonly packets: number;
  readonly seed: string;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a number from 1 on is expected');
  return value;
}

const PROGRESS_EVERY_MS = 2000;

/** Shows progress: always in place on a terminal, every two seconds elsewhere. */
function progressPrinter(): (line: string) => void {
  let last = 0;
  return (line) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
    else if (Date.now() - last >= PROGRESS_EVERY_MS) {
      last = Date.now();
      process.stderr.write(`${line}\n`);
    }
  };
}

/** Runs the trial and prints the report. Returns the exit code; a run that could not be made throws. */
async function runTrial(file: string, options: RunOptions): Promise<number> {
  if (process.getuid?.() !== 0) throw new Error('root is needed (network namespaces, raw sockets, eBPF)');
  const rulesText = filterTable(readFileSync(file === '-' ? 0 : file, 'utf8'));
  const world = worldFor(rulesText);
  process.stderr.write(`interfaces: ${world.interfaces.map((wire) => `${wire.name} (${wire.peer})`).join(', ')}; seed ${options.seed}\n`);
  const { packets, leftOut } = trafficFor(rulesText, world, options.seed, options.packets);
  const result = await runTwin({ rulesText, packets, world, progress: progressPrinter() });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(`${reportText(result)}\n`);
  process.stdout.write(leftOutText(leftOut));
  return result.equal ? EQUAL : DIFFERENT;
}

/** The command, for the program of that name and for tests: parse it with argv and take the exit code from `onExit`. */
export function compatCommand(onExit: (code: number) => void): Command {
  const program = new Command('bpf-iptables-compat').description('Compare bpf-iptables with real iptables on your own rules, in network namespaces of their own.').exitOverride();
  program
    .command('run')
    .description('load RULES (iptables-save format, - for standard input) into twin namespaces, send the same packets through both, compare')
    .argument('<rules>')
    .option('--packets <n>', 'packets to send', positiveInteger, 20_000)
    .option('--seed <s>', 'seed of the packet generator', '1')
    .action(async (file: string, options: RunOptions) => onExit(await runTrial(file, options)))
    .exitOverride();
  return program;
}

/** The whole program: returns the exit code. 0 all equal, 1 something differs, 2 usage or no trial. */
export async function compatMain(argv: readonly string[]): Promise<number> {
  let code = EQUAL;
  try {
    await compatCommand((result) => (code = result)).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EQUAL : USAGE;
    process.stderr.write(`bpf-iptables-compat: ${error instanceof Error ? error.message : String(error)}\n`);
    return USAGE;
  }
}
