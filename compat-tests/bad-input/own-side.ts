/**
 * bpf-iptables in a namespace of its own. What is tested runs as a process, as a user would start it; what prepares and looks at the result
 * runs in this process, which steps into the namespace for the moment: starting node costs more than all the rest.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { KernelStore } from '../../src/cli/kernel-store.js';
import { RestoreFile } from '../../src/cli/restore-file.js';
import type { Host } from '../../src/cli/host.js';
import { attachType } from '../../src/kernel/catalog.js';
import { LOOPBACK_IFINDEX, DIRECTIONS } from '../../src/kernel/kernel.js';
import { realKernel } from '../../src/kernel/real-kernel.js';
import { native } from '../../src/native/native.js';
import { bytesOfText } from '../../src/net/byte-text.js';
import { saveTable } from '../../src/ruleset/print/save.js';
import { inNamespace } from '../harness/exec.js';
import { ENVIRONMENT, rulesOf, type Answer } from './legacy-side.js';

/** Longer than that is a hang. */
const LIMIT_MS = 10_000;

/** Runs `body`, which must not wait for anything, with this thread in the namespace. */
function within<Result>(namespace: string, body: () => Result): Result {
  const own = openSync('/proc/thread-self/ns/net', 'r');
  const other = openSync(`/run/netns/${namespace}`, 'r');
  try {
    native().setNetworkNamespace(other);
    try {
      return body();
    } finally {
      native().setNetworkNamespace(own);
    }
  } finally {
    closeSync(own);
    closeSync(other);
  }
}

export class OwnSide {
  constructor(readonly namespace: string) {}

  /** Runs `bpf-iptables<tool> ARGS` to its end or to the limit; `hung` tells which. */
  async run(tool: '' | '-restore' | '-save', args: readonly string[], input: Buffer | string = ''): Promise<Answer & { readonly hung: boolean }> {
    const program = path.resolve(import.meta.dirname, `../../bundle/bin/bpf-iptables${tool}.js`);
    const [file, ...rest] = inNamespace(this.namespace, [process.execPath, program, ...args]);
    const child = spawn(file!, rest, { env: ENVIRONMENT });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A command that ends before it has read everything is no failure of the test.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    let hung = false;
    const limit = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, LIMIT_MS);
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? 128));
    });
    clearTimeout(limit);
    return { code, hung, stdout: Buffer.concat(stdout).toString('latin1'), stderr: Buffer.concat(stderr).toString('latin1') };
  }

  /** Puts a valid save file in force, counters included. */
  async load(rules: string): Promise<void> {
    let complaint = '';
    const host: Host = {
      ...{ family: 'ipv4', calledAs: 'bpf-iptables-restore', privileged: true },
      out: () => undefined,
      err: (text) => (complaint += text),
      openStore: () => new KernelStore(realKernel(), 'ipv4'),
      lock: () => () => undefined,
      readInput: () => Buffer.alloc(0),
      now: () => new Date(),
      nameAddresses: async () => () => undefined,
    };
    const options = { table: undefined, noflush: false, test: false, counters: true, verbose: false, wait: 0 };
    // Nothing in the file prints a list, so all of it happens before the first wait.
    const code = await within(this.namespace, () => new RestoreFile(options, host, 'iptables-restore').run(Buffer.from(rules)));
    if (code !== 0) throw new Error(`the rules to start from were refused: ${complaint}`);
  }

  /** The filter table in force, with counters, as -save prints it. */
  rules(): string {
    return within(this.namespace, () => rulesOf(bytesOfText(saveTable(new KernelStore(realKernel(), 'ipv4').read(), true, new Date())).toString('latin1')));
  }

  /** Ids of the programs attached to lo: other ones after every commit. */
  programs(): string {
    return within(this.namespace, () => DIRECTIONS.map((direction) => native().progQuery(LOOPBACK_IFINDEX, attachType(direction)).ids.join(',')).join(';'));
  }
}
