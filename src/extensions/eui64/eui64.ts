/** `-m eui64`: the lower half of the source address is made of the source address of the Ethernet header (kernel: ip6t_eui64.c eui64_mt6). */
import type { MatchExtension } from '../extension.js';
import { readOptions } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';

const LOW_HALF = (1n << 64n) - 1n;

/** RFC 4291, appendix A: ff:fe in the middle, the universal bit turned over. */
function interfaceIdentifier(mac: Uint8Array): bigint {
  const bytes = [mac[0]! ^ 2, mac[1]!, mac[2]!, 0xff, 0xfe, mac[3]!, mac[4]!, mac[5]!];
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

export const eui64: MatchExtension<Readonly<Record<string, never>>> = {
  kind: 'match',
  name: 'eui64',
  families: ['ipv6'],
  effect: 'pure',
  calls: true,
  options: [],
  resolve: (uses) => {
    readOptions('eui64', [], uses, {});
    return {};
  },
  save: () => '',
  list: () => 'eui64 ',
  lower: () => [{ kind: 'call', stub: 'eui64', config: [0n], invert: false }],
  evaluate: (_data, { meta, src }) => meta.macSrc !== undefined && (src & LOW_HALF) === interfaceIdentifier(meta.macSrc),
  // ip6t_eui64 registers for PREROUTING, INPUT and FORWARD: locally made packets have no such header yet.
  check: (_data, _head, reachableFrom) => (reachableFrom.includes('OUTPUT') ? INVALID_ARGUMENT : undefined),
  help: () => 'eui64 does not take any options\n',
};
