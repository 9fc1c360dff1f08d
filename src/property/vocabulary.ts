/** What generated rules and packets are made of: few values of each kind, so that rules overlap and packets meet them. */
import { ipv4Address } from '../net/ipv4-address.js';

export interface Vocabulary {
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
  addresses: ['10.1.0.2', '10.1.0.3', '10.1.255.255', '10.2.0.1', '172.16.5.9', '192.168.1.128', '192.0.2.77', '8.8.8.8', '255.255.255.255', '0.0.0.0', '224.0.0.251', '127.0.0.1'].map(ipv4Address),
  interfaces: ['lo', 'eth0', 'eth1', 'wlan0', 'enp0s31f6', 'abcdefgh', 'abcdefghi', 'abcdefghijklmno'],
  absentInterfaces: ['ppp0', 'et', 'abcdefg', 'eth0.100'],
  ports: [0, 1, 22, 53, 80, 443, 1023, 1024, 5353, 8080, 32767, 32768, 49152, 65534, 65535],
  marks: [0, 1, 2, 0x10, 0x100, 0xff00, 0x7fffffff, 0x80000000, 0xffffffff],
  macs: ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:01:00', 'fe:ff:ff:ff:ff:ff'],
};
