import { expect, it } from 'vitest';
import { parseProtocols, protocolName, protocolNumber } from './protocols.js';
import { parseServices, serviceName, servicePort } from './services.js';

it('reads a services database', () => {
  expect(parseServices('# a\nssh\t22/tcp  # login\ndomain 53/udp dns name\n\nbroken\n')).toEqual([
    { names: ['ssh'], port: 22, transport: 'tcp' },
    { names: ['domain', 'dns', 'name'], port: 53, transport: 'udp' },
  ]);
});

it('reads a protocols database', () => {
  expect(parseProtocols('ip 0 IP # internet\ntcp\t6 TCP\nnonsense\n')).toEqual([
    { names: ['ip', 'IP'], number: 0 },
    { names: ['tcp', 'TCP'], number: 6 },
  ]);
});

it('knows a few services both ways', () => {
  expect([servicePort('ssh', 'tcp'), serviceName(22, 'tcp'), serviceName(53, 'udp')]).toEqual([22, 'ssh', 'domain']);
  expect([servicePort('no-such-service'), servicePort('SSH', 'tcp'), serviceName(1, 'udp')]).toEqual([undefined, undefined, undefined]);
});

it('knows protocols both ways', () => {
  expect([protocolNumber('tcp'), protocolNumber('all'), protocolName(17), protocolName(255)]).toEqual([6, 0, 'udp', undefined]);
});
