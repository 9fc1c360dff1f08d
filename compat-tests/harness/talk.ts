/** A live conversation between two namespaces: an echo server in one, a client in the other that says a line and waits for its echo. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { inNamespace } from './exec.js';

type Child = ChildProcessByStdio<Writable, Readable, null>;

const TCP_SERVER = `require('net').createServer((s) => s.on('error', () => {}).pipe(s)).listen(Number(process.argv[1]), () => console.log('ready'))`;
const TCP_CLIENT = `const s = require('net').connect(Number(process.argv[1]), process.argv[2], () => console.log('ready'));
process.stdin.on('data', (d) => s.write(d)).on('end', () => process.exit()); s.on('data', (d) => process.stdout.write(d)).on('error', () => process.exit())`;
const UDP_SERVER = `const s = require('dgram').createSocket(process.argv[2].includes(':') ? 'udp6' : 'udp4'); s.on('message', (m, from) => s.send(m, from.port, from.address));
s.bind(Number(process.argv[1]), () => console.log('ready'))`;
const UDP_CLIENT = `const s = require('dgram').createSocket(process.argv[2].includes(':') ? 'udp6' : 'udp4'); s.on('message', (m) => process.stdout.write(m));
s.bind(0, () => console.log('ready')); process.stdin.on('data', (d) => s.send(d, Number(process.argv[1]), process.argv[2], () => {})).on('end', () => process.exit())`;

export class Talk {
  private heard = '';

  private constructor(
    private readonly server: Child,
    private readonly client: Child,
  ) {
    client.stdout.on('data', (bytes: Buffer) => void (this.heard += bytes.toString()));
  }

  /** Starts both ends; the server listens on `port` of the host `address`. Throws when they are not connected within five seconds. */
  static async begin(protocol: 'tcp' | 'udp', client: string, server: string, address: string, port: number): Promise<Talk> {
    const start = (namespace: string, code: string): Child => {
      const [file = '', ...args] = inNamespace(namespace, [process.execPath, '-e', code, String(port), address]);
      return spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    };
    const listening = start(server, protocol === 'tcp' ? TCP_SERVER : UDP_SERVER);
    await new Promise((resolve) => listening.stdout.once('data', resolve));
    const talk = new Talk(listening, start(client, protocol === 'tcp' ? TCP_CLIENT : UDP_CLIENT));
    if (!(await talk.hears('ready', 5000))) {
      talk.end();
      throw new Error(`no ${protocol} connection from ${client} to ${address}:${port}`);
    }
    return talk;
  }

  /** Says a line and tells whether its echo came back in time. */
  async echoes(line: string, milliseconds = 2000): Promise<boolean> {
    this.client.stdin.write(`${line}\n`);
    return this.hears(line, milliseconds);
  }

  end(): void {
    for (const child of [this.client, this.server]) child.kill('SIGKILL');
  }

  private async hears(line: string, milliseconds: number): Promise<boolean> {
    const until = performance.now() + milliseconds;
    while (!this.heard.includes(`${line}\n`)) {
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return true;
  }
}
