/**
 * A process that measures a TCP service: `node service.js SERVER-NAMESPACE CLIENT-NAMESPACE PORT MILLISECONDS` echoes short messages over
 * 16 connections and prints the answers that came a second. Server and client are one process, so that they share a core as they are.
 */
import { connect, createServer, type Socket } from 'node:net';
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { native } from '../../../src/native/native.js';
import { SERVER } from './hosts.js';

const CONNECTIONS = 16;
const MESSAGE = Buffer.alloc(64, 'x');

const [serverSpace, clientSpace, port, milliseconds] = process.argv.slice(2);
const move = (namespace: string): void => native().setNetworkNamespace(openSync(`/run/netns/${namespace}`, 'r'));

let answers = 0;

function opened(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: SERVER, port: Number(port), noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
    socket.on('data', () => {
      answers += 1;
      socket.write(MESSAGE);
    });
  });
}

// Sockets belong to the namespace that the main thread is in when they are made.
move(serverSpace!);
const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('data', (data) => socket.write(data));
  socket.on('error', () => socket.destroy());
});
server.listen(Number(port));
move(clientSpace!);
const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, opened));
const start = native().monotonicNow();
for (const socket of sockets) socket.write(MESSAGE);
await sleep(Number(milliseconds));
const seconds = Number(native().monotonicNow() - start) / 1e9;
process.stdout.write(`${Math.round(answers / seconds)}\n`, () => process.exit(0));
