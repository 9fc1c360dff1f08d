/** A Wire on the native addon: sockets opened inside each namespace, all held by this process. */
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ETHERTYPE } from '../../src/net/ethernet.js';
import { native } from '../../src/native/native.js';
import type { Endpoint, Received, Wire } from './wire.js';

const IPPROTO_RAW = 255;
const QUIET_MS = 3;
/** A drain is over when so many looks in a row, QUIET_MS apart, found nothing. */
const QUIET_LOOKS = 3;
/** Frames sent in one go before the sockets are emptied: keeps the kernel's queues short. */
const EMPTY_EVERY = 256;

interface OpenEndpoint {
  readonly endpoint: Endpoint;
  readonly fd: number;
}

/** Calls `action` with this thread inside the named namespace, then returns to where it was. */
export function insideNamespace<T>(namespace: string, action: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  const there = openSync(`/run/netns/${namespace}`, 'r');
  try {
    native().setNetworkNamespace(there);
    return action();
  } finally {
    native().setNetworkNamespace(home);
    closeSync(there);
    closeSync(home);
  }
}

function open(endpoint: Endpoint): OpenEndpoint {
  const fd = insideNamespace(endpoint.namespace, () => {
    if (endpoint.kind === 'local-send') return native().rawOpen(IPPROTO_RAW, endpoint.version);
    if (endpoint.kind === 'local-receive') return native().rawOpen(endpoint.protocol, endpoint.version);
    const ifindex = native().interfaceIndex(endpoint.device);
    if (ifindex === 0) throw new Error(`no device ${endpoint.device} in ${endpoint.namespace}`);
    return native().packetOpen(ifindex, endpoint.kind === 'device' ? ETHERTYPE[endpoint.version === 6 ? 'ipv6' : 'ipv4'] : 0);
  });
  return { endpoint, fd };
}

/** Takes everything that waits on one endpoint. */
function takeAll(index: number, { endpoint, fd }: OpenEndpoint, into: Received[]): boolean {
  if (endpoint.kind === 'local-send' || endpoint.kind === 'device-send') return false;
  const before = into.length;
  for (;;) {
    const bytes = endpoint.kind === 'device' ? native().packetReceive(fd)?.data : native().rawReceive(fd);
    if (bytes === undefined) return into.length > before;
    into.push({ endpoint: index, bytes });
  }
}

/** Opens all endpoints. Close the wire when done: descriptors keep namespaces alive. */
export function openWire(endpoints: readonly Endpoint[]): Wire {
  const sockets = endpoints.map(open);
  let received: Received[] = [];
  const look = (): boolean => sockets.map((socket, index) => takeAll(index, socket, received)).includes(true);
  return {
    send(frames) {
      frames.forEach(({ endpoint, bytes }, index) => {
        const socket = sockets[endpoint];
        if (socket === undefined) throw new Error(`no endpoint ${endpoint}`);
        if (socket.endpoint.kind === 'local-send') native().rawSend(socket.fd, bytes);
        else native().packetSend(socket.fd, bytes);
        if (index % EMPTY_EVERY === EMPTY_EVERY - 1) look();
      });
    },
    async drain() {
      for (let quiet = 0; quiet < QUIET_LOOKS; ) {
        quiet = look() ? 0 : quiet + 1;
        await sleep(QUIET_MS);
      }
      const all = received;
      received = [];
      return all;
    },
    close() {
      for (const { fd } of sockets) native().closeFd(fd);
    },
  };
}
