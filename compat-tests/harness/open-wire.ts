/** THROWAWAY until the native packet sockets are in: a Python process owns the sockets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Endpoint, Outgoing, Received, Wire } from './wire.js';

export async function openWire(endpoints: readonly Endpoint[]): Promise<Wire> {
  const child = spawn('python3', ['/tmp/f-wire.py'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let buffer = Buffer.alloc(0);
  let wake: (() => void) | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    wake?.();
  });
  const read = async (length: number): Promise<Buffer> => {
    while (buffer.length < length) await new Promise<void>((resolve) => (wake = resolve));
    const out = buffer.subarray(0, length);
    buffer = buffer.subarray(length);
    return out;
  };
  child.stdin.write(`${JSON.stringify(endpoints)}\n`);
  await read(1);
  return {
    async send(frames: readonly Outgoing[]) {
      const parts: Buffer[] = [Buffer.from('S'), Buffer.alloc(4)];
      parts[1]!.writeUInt32LE(frames.length);
      for (const frame of frames) {
        const head = Buffer.alloc(8);
        head.writeUInt32LE(frame.endpoint, 0);
        head.writeUInt32LE(frame.bytes.length, 4);
        parts.push(head, Buffer.from(frame.bytes));
      }
      if (!child.stdin.write(Buffer.concat(parts))) await once(child.stdin, 'drain');
      await read(1);
    },
    async drain() {
      child.stdin.write('D');
      const count = (await read(4)).readUInt32LE();
      const out: Received[] = [];
      for (let i = 0; i < count; i += 1) {
        const head = Buffer.from(await read(8));
        out.push({ endpoint: head.readUInt32LE(0), bytes: Uint8Array.from(await read(head.readUInt32LE(4))) });
      }
      return out;
    },
    close() {
      child.stdin.end();
    },
  };
}
