/** What generated rules and packets are made of: few values of each kind, so that rules overlap and packets meet them. */
import { ipv4Address } from '../net/ipv4-address.js';
import { ipv6Address } from '../net/ipv6-address.js';
import type { Family } from '../ruleset/model.js';

export interface Vocabulary {
  readonly family: Family;
  /** Addresses around which `-s`, `-d` and iprange are made. */
  readonly addresses: readonly bigint[];
  /** Devices that exist. */
  readonly interfaces: readonly string[];
  /** Device names rules may hold although no such device exists. */
  readonly absentInterfaces: readonly string[];
  readonly ports: readonly number[];
  readonly marks: readonly number[];
  readonly macs: readonly string[];
}

/** For test runs without devices. Names end before, at and behind the 8th byte, where a name's second word begins. */
export const DEFAULT_VOCABULARY: Vocabulary = {
  family: 'ipv4',
  addresses: ['10.1.0.2', '10.1.0.3', '10.1.255.255', '10.2.0.1', '172.16.5.9', '192.168.1.128', '192.0.2.77', '8.8.8.8', '255.255.255.255', '0.0.0.0', '224.0.0.251', '127.0.0.1'].map(ipv4Address),
  interfaces: ['lo', 'eth0', 'eth1', 'wlan0', 'enp0s31f6', 'abcdefgh', 'abcdefghi', 'abcdefghijklmno'],
  absentInterfaces: ['ppp0', 'et', 'abcdefg', 'eth0.100'],
  ports: [0, 1, 22, 53, 80, 443, 1023, 1024, 5353, 8080, 32767, 32768, 49152, 65534, 65535],
  marks: [0, 1, 2, 0x10, 0x100, 0xff00, 0x7fffffff, 0x80000000, 0xffffffff],
  macs: ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:01:00', 'fe:ff:ff:ff:ff:ff'],
};

/** The same for IPv6: addresses that differ in one word each. */
export const DEFAULT_VOCABULARY6: Vocabulary = {
  ...DEFAULT_VOCABULARY,
  family: 'ipv6',
  addresses: [
    '2001:db8:1::2', '2001:db8:1::3', '2001:db8:1:0:ffff:ffff:ffff:ffff', '2001:db8:2::1', '2001:db9:1::2', 'fd00:1:2:3:4:5:6:7', 'fd00:1:2:3:4:5:6:8', 'fe80::1', 'fe80::ff:fe00:1',
    '::1', '::', 'ff02::1', 'ff02::fb', '::ffff:10.1.0.2', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db8:1::7fff:ffff', '2001:db8:1::8000:0',
  ].map(ipv6Address),
};

/** The default of a family. */
export function defaultVocabulary(family: Family): Vocabulary {
  return family === 'ipv4' ? DEFAULT_VOCABULARY : DEFAULT_VOCABULARY6;
}
