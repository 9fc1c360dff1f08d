/** TCP connections that carry data all the time, by a process of their own (live-flows.c). */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { compileC } from './compile-c.js';

export interface LiveState {
  /** Connections that answered just now. */
  readonly alive: number;
  /** Rounds so far in which all did. */
  readonly rounds: number;
}

export class LiveFlows {
  /** The process has ended. */
  private readonly ended: Promise<unknown>;
  private readonly lines: Interface;

  private constructor(private readonly process: ChildProcessByStdio<Writable, Readable, null>) {
    this.ended = once(process, 'exit');
    this.lines = createInterface(process.stdout);
  }

  /** Opens `connections` from the namespace `client` to a server in `server`, and has them talk. @throws Error where one cannot be opened */
  static async open(server: string, client: string, address: string, port: number, connections: number): Promise<LiveFlows> {
    const words = [`/run/netns/${server}`, `/run/netns/${client}`, address, String(port), String(connections)];
    const child = spawn(compileC('compat-tests/harness/live-flows.c'), words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const flows = new LiveFlows(child);
    if ((await flows.line()) !== 'open') throw new Error('the connections did not open');
    return flows;
  }

  private async line(): Promise<string> {
    const [line] = (await Promise.race([once(this.lines, 'line'), this.ended.then(() => [''])])) as [string];
    return line;
  }

  /** One more round: who answers. */
  async state(): Promise<LiveState> {
    this.process.stdin.write('\n');
    const [alive, rounds] = (await this.line()).split(' ').map(Number);
    if (alive === undefined || rounds === undefined) throw new Error('the connections\' process has ended');
    return { alive, rounds };
  }

  async close(): Promise<void> {
    this.process.stdin.end();
    await this.ended;
  }
}
