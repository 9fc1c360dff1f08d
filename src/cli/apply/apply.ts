/**
 * `bpf-iptables-apply`: commit-confirm, with the options and the dialogue of iptables-apply(8).
 * Unlike the script it follows, the roll-back is another process's job (guard.ts) and happens even if this one is killed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { openNamespace } from '../../kernel/namespace.js';
import { realKernel } from '../../kernel/real-kernel.js';
import { GUARD_ROLLED_BACK, type GuardOrder } from './guard.js';
import { bin } from './programs.js';

const DEFAULT_RULES = '/etc/network/iptables.up.rules';
const FAMILIES = ['ipv4', 'ipv6'] as const;
const DEFAULT_COMMAND = '/etc/network/iptables.up.run';

interface ApplyOptions {
  readonly timeout: number;
  readonly write?: string | true;
  readonly command?: string | true;
}

function seconds(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('timeout must be a positive number');
  return Number(text);
}

function run(name: string, args: readonly string[], input?: string) {
  return spawnSync(process.execPath, [bin(name), ...args], { encoding: 'utf8', ...(input === undefined ? {} : { input }), maxBuffer: 1 << 30 });
}

/** Prints and leaves with code 1, as iptables-apply does. */
function fail(message: string): never {
  process.stderr.write(`Error: ${message}\n`);
  process.exit(1);
}

function checkAccess(file: string, mode: number, message: string): void {
  try {
    accessSync(file, mode);
  } catch {
    fail(message);
  }
}

/** Starts the guard and waits until it has its order; nothing has changed yet. */
async function startGuard(order: GuardOrder): Promise<ChildProcess> {
  const guard = spawn(process.execPath, [bin('bpf-iptables-apply'), '--guard'], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  guard.stdin!.write(`${JSON.stringify(order)}\n`);
  await new Promise<void>((resolve, reject) => {
    guard.stdout!.once('data', () => resolve());
    guard.once('exit', () => reject(new Error('the roll-back guard did not start')));
  });
  return guard;
}

function tell(guard: ChildProcess, message: 'applied' | 'confirm'): void {
  guard.stdin!.write(`${JSON.stringify(message)}\n`);
}

function ended(guard: ChildProcess): Promise<number> {
  return new Promise((resolve) => guard.once('exit', (code) => resolve(code ?? 1)));
}

/** One answer from the terminal or pipe: its first character, or undefined at end of input or when `gone` settles first. */
async function ask(question: string, gone: Promise<unknown>): Promise<string | undefined> {
  process.stdout.write(question);
  const { stdin } = process;
  if (stdin.isTTY) stdin.setRawMode(true);
  const answer = new Promise<string | undefined>((resolve) => {
    stdin.once('data', (data: Buffer) => resolve(data.toString()[0]));
    stdin.once('end', () => resolve(undefined));
  });
  const first = await Promise.race([answer, gone.then(() => undefined)]);
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.destroy();
  return first;
}

/** Loads the new rules; undefined when that worked, else what went wrong. The running ruleset is untouched then. */
function loadNewRules(rulesFile: string, command: string | undefined): string | undefined {
  process.stdout.write(command === undefined ? `Applying new iptables rules from '${rulesFile}'... ` : `Running command '${command}'... `);
  const result = command === undefined ? run('bpf-iptables-restore', [rulesFile]) : spawnSync(command, { encoding: 'utf8', shell: false });
  if (result.status !== 0) {
    process.stdout.write('failed.\n');
    process.stderr.write(result.stderr ?? '');
    return command === undefined ? `unknown error applying new iptables rules: ${rulesFile}` : `unknown error running command: ${command}`;
  }
  process.stdout.write('done.\n');
  return undefined;
}

async function apply(rulesFile: string, options: ApplyOptions): Promise<number> {
  const command = options.command === true ? DEFAULT_COMMAND : options.command;
  const writeTo = options.write === true ? DEFAULT_RULES : options.write;
  if (command === undefined) checkAccess(rulesFile, constants.R_OK, `rulesfile not readable: ${rulesFile}`);
  else checkAccess(command, constants.X_OK, `runcmd not executable: ${command}`);

  const saved = run('bpf-iptables-save', ['-c']);
  if (saved.status !== 0) fail(`cannot save the running rules: ${saved.stderr.trim()}`);
  // Where nothing of ours is in force, of IPv6 neither, rolling back leaves nothing behind.
  const namespace = openNamespace(realKernel());
  const loaded = FAMILIES.some((family) => namespace.readState(family) !== undefined);
  const guard = await startGuard({ saved: loaded ? saved.stdout : null, timeout: options.timeout });
  const gone = ended(guard);

  const problem = loadNewRules(rulesFile, command);
  if (problem !== undefined) {
    // A command may have changed half of it: the guard puts everything back. A failed restore changed nothing.
    if (command === undefined) tell(guard, 'confirm');
    else guard.stdin!.end();
    await gone;
    fail(problem);
  }
  tell(guard, 'applied');

  const answer = await ask('Can you establish NEW connections to the machine? (y/N) ', gone);
  process.stdout.write('\n');
  if (answer === 'y' || answer === 'Y') {
    tell(guard, 'confirm');
    if ((await gone) === GUARD_ROLLED_BACK) return 255;
    if (writeTo !== undefined) {
      process.stdout.write(`Writing successfully applied rules to '${writeTo}'...\n`);
      writeFileSync(writeTo, run('bpf-iptables-save', []).stdout);
    }
    process.stdout.write('... then my job is done. See you next time.\n');
    return 0;
  }
  process.stdout.write(
    guard.exitCode === null
      ? 'No affirmative response! Better play it safe...\n'
      : 'Timeout! Something happened (or did not). Better play it safe...\n',
  );
  process.stdout.write('Reverting to old iptables rules... ');
  guard.stdin!.end();
  const code = await gone;
  process.stdout.write(code === GUARD_ROLLED_BACK ? 'done.\n' : 'failed.\n');
  return 255;
}

/** Parses the command line and runs; resolves to the exit code: 0 confirmed, 1 error, 255 rolled back (as iptables-apply). */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 1;
  const program = new Command('bpf-iptables-apply')
    .description('a safer way to update iptables remotely: takes the new rules back unless confirmed in time')
    .argument('[rulesfile]', 'rules as bpf-iptables-save prints them', DEFAULT_RULES)
    .option('-t, --timeout <seconds>', 'seconds until the old rules come back', seconds, 10)
    .option('-w, --write [savefile]', 'file to write successfully applied rules to')
    .option('-c, --command [runcmd]', 'run a command that configures iptables instead of applying a rulesfile')
    .version('bpf-iptables-apply 1.1', '-V, --version')
    .action(async (rulesFile: string, options: ApplyOptions) => {
      code = await apply(rulesFile, options);
    });
  await program.parseAsync([...argv], { from: 'user' });
  return code;
}
