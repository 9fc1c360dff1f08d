/** Real sockets at the ends of Twin6's wires: programs that are refused, and the checksums of what refuses them. */
import { exec } from '../harness/exec.js';
import { ipBatch, setSysctls } from '../harness/namespaces.js';
import type { Both, Twin6 } from './twin6.js';

/** Gives the client its addresses, so that its kernel speaks IPv6. */
export function clientSpeaks(twin: Twin6): void {
  for (const client of twin.clients) {
    setSysctls(client, [['ipv6/conf/all/disable_ipv6', '0'], ['ipv6/conf/eth0/disable_ipv6', '0']]);
    ipBatch(client, ['addr add 2001:db8::2/64 dev eth0 nodad', 'neigh replace 2001:db8::1 lladdr 02:00:00:00:00:01 nud permanent dev eth0', 'route replace default via 2001:db8::1 dev eth0']);
  }
}

/** The error that a program in each of `namespaces` gets when it asks `host`; `silence` where it gets none. */
export function errorsOf(namespaces: Both<string>, protocol: 'tcp' | 'udp', host: string, port: number): readonly string[] {
  const script =
    protocol === 'tcp'
      ? `require('net').connect(${port}, '${host}').setTimeout(2000, () => { console.log('silence'); process.exit(); }).on('error', (e) => console.log(e.code)).on('connect', () => { console.log('connected'); process.exit(); })`
      : `const s = require('dgram').createSocket('udp6'); const end = (e) => { console.log(e.code); process.exit(); }; s.on('error', end); s.connect(${port}, '${host}', () => { s.send('x'); setTimeout(() => s.send('x', (e) => e && end(e)), 100); setTimeout(() => { console.log('silence'); process.exit(); }, 2000); })`;
  return namespaces.map((namespace) => exec([process.execPath, '-e', script], { namespace, timeout: 10_000 }).stdout.split('\n')[0]!);
}
