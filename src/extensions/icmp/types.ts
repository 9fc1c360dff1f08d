/** The names iptables gives to ICMP types and codes, in the order in which it searches and lists them. */

export interface IcmpName {
  readonly name: string;
  readonly type: number;
  readonly codeMin: number;
  readonly codeMax: number;
}

function whole(type: number, name: string): IcmpName {
  return { name, type, codeMin: 0, codeMax: 255 };
}

function one(type: number, code: number, name: string): IcmpName {
  return { name, type, codeMin: code, codeMax: code };
}

export const ANY_TYPE = 255;

export const ICMP_NAMES: readonly IcmpName[] = [
  whole(ANY_TYPE, 'any'),
  whole(0, 'echo-reply'),
  whole(0, 'pong'),
  whole(3, 'destination-unreachable'),
  one(3, 0, 'network-unreachable'),
  one(3, 1, 'host-unreachable'),
  one(3, 2, 'protocol-unreachable'),
  one(3, 3, 'port-unreachable'),
  one(3, 4, 'fragmentation-needed'),
  one(3, 5, 'source-route-failed'),
  one(3, 6, 'network-unknown'),
  one(3, 7, 'host-unknown'),
  one(3, 9, 'network-prohibited'),
  one(3, 10, 'host-prohibited'),
  one(3, 11, 'TOS-network-unreachable'),
  one(3, 12, 'TOS-host-unreachable'),
  one(3, 13, 'communication-prohibited'),
  one(3, 14, 'host-precedence-violation'),
  one(3, 15, 'precedence-cutoff'),
  whole(4, 'source-quench'),
  whole(5, 'redirect'),
  one(5, 0, 'network-redirect'),
  one(5, 1, 'host-redirect'),
  one(5, 2, 'TOS-network-redirect'),
  one(5, 3, 'TOS-host-redirect'),
  whole(8, 'echo-request'),
  whole(8, 'ping'),
  whole(9, 'router-advertisement'),
  whole(10, 'router-solicitation'),
  whole(11, 'time-exceeded'),
  whole(11, 'ttl-exceeded'),
  one(11, 0, 'ttl-zero-during-transit'),
  one(11, 1, 'ttl-zero-during-reassembly'),
  whole(12, 'parameter-problem'),
  one(12, 0, 'ip-header-bad'),
  one(12, 1, 'required-option-missing'),
  whole(13, 'timestamp-request'),
  whole(14, 'timestamp-reply'),
  whole(17, 'address-mask-request'),
  whole(18, 'address-mask-reply'),
];

/** The list of `-m icmp -h`: codes indented under their type, a second name of the same type in brackets. */
export function listIcmpNames(): string {
  let text = '';
  let previous: IcmpName | undefined;
  for (const entry of ICMP_NAMES) {
    const alias = previous?.type === entry.type && previous.codeMin === entry.codeMin && previous.codeMax === entry.codeMax;
    if (alias) text = `${text.slice(0, -1)} (${entry.name})\n`;
    else text += `${entry.codeMin === 0 && entry.codeMax === 255 ? '' : '   '}${entry.name}\n`;
    previous = entry;
  }
  return text;
}
