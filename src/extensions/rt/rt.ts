/** `-m rt`: the routing header (kernel: ip6t_rt.c rt_mt6). */
import { formatIpv6Address } from '../../net/ipv6-address.js';
import type { MatchExtension } from '../extension.js';
import { listUint32Range, saveUint32Range } from '../guided/uint.js';
import { evaluate } from './evaluate.js';
import { lower } from './lower.js';
import { OPTIONS, resolve, type RoutingData } from './resolve.js';

function addressesText(addresses: readonly bigint[]): string {
  return addresses.map(formatIpv6Address).join(',');
}

function save({ type, segmentsLeft, length, reserved, addresses, strict }: RoutingData): string {
  const parts = [
    type ? `${type.invert ? ' !' : ''} --rt-type ${type.value}` : '',
    saveUint32Range('rt-segsleft', segmentsLeft),
    length ? `${length.invert ? ' !' : ''} --rt-len ${length.value}` : '',
    reserved ? ' --rt-0-res' : '',
    addresses ? ` --rt-0-addrs ${addressesText(addresses)}` : '',
    strict ? '' : ' --rt-0-not-strict',
  ];
  return parts.join('');
}

function list({ type, segmentsLeft, length, reserved, addresses, strict }: RoutingData): string {
  const segments = listUint32Range('segsleft', segmentsLeft);
  const parts = [
    ' rt',
    // A signed number to iptables.
    type ? ` type:${type.invert ? '!' : ''}${type.value | 0}` : '',
    segments === '' ? '' : ` ${segments}`,
    length ? ` length:${length.invert ? '!' : ''}${length.value}` : '',
    reserved ? ' reserved' : '',
    addresses ? ` 0-addrs ${addressesText(addresses)}` : '',
    strict ? '' : ' 0-not-strict',
  ];
  return parts.join('');
}

export const rt: MatchExtension<RoutingData> = {
  kind: 'match',
  name: 'rt',
  families: ['ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save,
  list,
  lower,
  evaluate,
  help: () => `rt match options:
[!] --rt-type type             match the type
[!] --rt-segsleft num[:num]    match the Segments Left field (range)
[!] --rt-len length            total length of this header
 --rt-0-res                    check the reserved field too (type 0)
 --rt-0-addrs ADDR[,ADDR...]   Type=0 addresses (list, max: 16)
 --rt-0-not-strict             List of Type=0 addresses not a strict list
`,
};
