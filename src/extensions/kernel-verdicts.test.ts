/**
 * What the kernel (6.18) answered to crafted layer-4 bytes, sent over lo in a network namespace to INPUT with this one rule: matched, passed
 * on, or dropped without a counter moving. The oracle's evaluate must say the same.
 */
import { describe, expect, it } from 'vitest';
import type { PacketView } from '../net/packet-view.js';
import { parseCommand } from '../parse/parse-command.js';
import { matchExtension } from './registry.js';

const PING = '0800000000000000';
const DATAGRAM = '0001000500080000';

/** TCP 1 -> 5: data offset in words, flags, options. */
function segment(dataOffset: number, options = '', flags = '02'): string {
  return `000100050000000100000000${dataOffset.toString(16)}0${flags}010000000000${options}`;
}

type Answer = boolean | 'hotdrop';

const ANSWERS: readonly (readonly [spec: string, header: string, answer: Answer])[] = [
  ['-p icmp -m icmp --icmp-type 8', PING.slice(0, 14), 'hotdrop'],
  ['-p icmp -m icmp --icmp-type 8', PING, true],
  ['-p icmp -m icmp ! --icmp-type any', PING.slice(0, 14), 'hotdrop'],
  ['-p icmp -m icmp ! --icmp-type any', PING, false],
  ['-p icmp -m icmp --icmp-type 255/1', PING, true],
  ['-p icmp -m icmp --icmp-type 8/4:0', PING, false],
  ['-p icmp -m icmp ! --icmp-type 8/4:0', PING, true],
  ['-p udp -m udp --dport 5', DATAGRAM.slice(0, 14), 'hotdrop'],
  ['-p udp -m udp --dport 5', DATAGRAM, true],
  ['-p udp -m udp --dport 5:1', DATAGRAM, false],
  ['-p udp -m udp ! --dport 5:1', DATAGRAM, true],
  ['-p udp -m multiport --dports 5', DATAGRAM.slice(0, 6), 'hotdrop'],
  ['-p udp -m multiport --dports 5', DATAGRAM.slice(0, 8), true],
  ['-p tcp -m tcp --dport 5', segment(5).slice(0, 38), 'hotdrop'],
  ['-p tcp -m tcp --dport 5', segment(5), true],
  ['-p tcp -m tcp ! --dport 0:65535', segment(5), false],
  ['-p tcp -m tcp --tcp-flags NONE SYN', segment(5), false],
  ['-p tcp -m tcp ! --tcp-flags NONE SYN', segment(5), true],
  ['-p tcp -m tcp --tcp-flags SYN ALL', segment(5, '', '3f'), false],
  ['-p tcp -m tcp --tcp-option 2', segment(5), false],
  ['-p tcp -m tcp ! --tcp-option 2', segment(5), true],
  ['-p tcp -m tcp --tcp-option 2', segment(4), 'hotdrop'],
  ['-p tcp -m tcp ! --tcp-option 2', segment(4), 'hotdrop'],
  ['-p tcp -m tcp --tcp-option 2', segment(6), 'hotdrop'],
  ['-p tcp -m tcp --dport 6 --tcp-option 2', segment(4), false],
  ['-p tcp -m tcp --tcp-option 2', segment(6, '020405b4'), true],
  ['-p tcp -m tcp ! --tcp-option 2', segment(6, '020405b4'), false],
  ['-p tcp -m tcp --tcp-option 2', segment(6, '01010102'), true],
  ['-p tcp -m tcp --tcp-option 2', segment(6, '00020000'), true],
  ['-p tcp -m tcp --tcp-option 2', segment(6, '03000200'), true],
  ['-p tcp -m tcp --tcp-option 2', segment(6, '03050200'), false],
  ['-p tcp -m tcp ! --tcp-option 2', segment(6, '03050200'), true],
];

describe('evaluate answers as the kernel did', () => {
  it.each(ANSWERS)('%s on %s: %s', (spec, header, answer) => {
    const command = parseCommand(['-A', 'INPUT', ...spec.split(' ')], { family: 'ipv4', programName: 'iptables', hasChain: () => false });
    if (command.kind !== 'append') throw new Error(`not an append: ${spec}`);
    const { name, data } = command.rules[0]!.matches[0]!;
    const packet = { fragmentOffset: 0, l4: Uint8Array.from(Buffer.from(header, 'hex')) } as unknown as PacketView;
    expect(matchExtension(name, 'ipv4')!.evaluate(data, packet, new Map())).toBe(answer);
  });
});
