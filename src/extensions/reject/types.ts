/**
 * The answers of `-j REJECT`. `type` is the number in the lowered action and the packet record: the code of the ICMP or ICMPv6
 * destination-unreachable message, or 255 for a TCP reset.
 */
import type { Family } from '../../ruleset/model.js';

export interface RejectType {
  readonly name: string;
  readonly alias: string;
  readonly type: number;
  /** As the help says it. */
  readonly help: string;
}

export const TCP_RESET = 255;

const IPV4: readonly RejectType[] = [
  { name: 'icmp-net-unreachable', alias: 'net-unreach', type: 0, help: 'ICMP network unreachable' },
  { name: 'icmp-host-unreachable', alias: 'host-unreach', type: 1, help: 'ICMP host unreachable' },
  { name: 'icmp-proto-unreachable', alias: 'proto-unreach', type: 2, help: 'ICMP protocol unreachable' },
  { name: 'icmp-port-unreachable', alias: 'port-unreach', type: 3, help: 'ICMP port unreachable (default)' },
  { name: 'icmp-net-prohibited', alias: 'net-prohib', type: 9, help: 'ICMP network prohibited' },
  { name: 'icmp-host-prohibited', alias: 'host-prohib', type: 10, help: 'ICMP host prohibited' },
  { name: 'tcp-reset', alias: 'tcp-rst', type: TCP_RESET, help: 'TCP RST packet' },
  { name: 'icmp-admin-prohibited', alias: 'admin-prohib', type: 13, help: 'ICMP administratively prohibited (*)' },
];

/** As ip6t_REJECT has them (RFC 4443 section 3.1). */
const IPV6: readonly RejectType[] = [
  { name: 'icmp6-no-route', alias: 'no-route', type: 0, help: 'ICMPv6 no route' },
  { name: 'icmp6-adm-prohibited', alias: 'adm-prohibited', type: 1, help: 'ICMPv6 administratively prohibited' },
  { name: 'icmp6-addr-unreachable', alias: 'addr-unreach', type: 3, help: 'ICMPv6 address unreachable' },
  { name: 'icmp6-port-unreachable', alias: 'port-unreach', type: 4, help: 'ICMPv6 port unreachable' },
  { name: 'tcp-reset', alias: 'tcp-reset', type: TCP_RESET, help: 'TCP RST packet' },
  { name: 'icmp6-policy-fail', alias: 'policy-fail', type: 5, help: 'ICMPv6 policy fail' },
  { name: 'icmp6-reject-route', alias: 'reject-route', type: 6, help: 'ICMPv6 reject route' },
];

/** In the order in which abbreviations are searched. */
export const REJECT_TYPES: Readonly<Record<Family, readonly RejectType[]>> = { ipv4: IPV4, ipv6: IPV6 };
