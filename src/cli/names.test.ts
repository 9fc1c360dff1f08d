import { describe, expect, it } from 'vitest';
import { nameAddresses, parseNetworks } from './names.js';

const LOCALHOST = 0x7f000001n;
const LINK_LOCAL = 0xa9fe0000n;

describe('reverse names', () => {
  it('are those of hosts, then of networks', async () => {
    const networks = parseNetworks('# comment\nlink-local 169.254 alias # x\nnonsense\nother 169.254.0.0\nbad 1.2.3.4.5\n');
    const nameOf = await nameAddresses([LOCALHOST, LINK_LOCAL, 1n], 'ipv4', async (address) => (address === '127.0.0.1' ? 'localhost' : Promise.reject(new Error('none'))), networks);
    expect([LOCALHOST, LINK_LOCAL, 1n].map(nameOf)).toEqual(['localhost', 'link-local', undefined]);
  });

  it('of IPv6 are those of hosts alone', async () => {
    const nameOf = await nameAddresses([1n, LOCALHOST], 'ipv6', async (address) => (address === '::1' ? 'ip6-localhost' : Promise.reject(new Error('none'))));
    expect([1n, LOCALHOST].map(nameOf)).toEqual(['ip6-localhost', undefined]);
  });

  it('are waited for only so long', async () => {
    const start = performance.now();
    const nameOf = await nameAddresses([LOCALHOST, 1n], 'ipv4', (address) => (address === '0.0.0.1' ? Promise.resolve('one') : new Promise(() => undefined)), new Map(), 50);
    expect([nameOf(LOCALHOST), nameOf(1n)]).toEqual([undefined, 'one']);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
