/**
 * The answers of `-j REJECT` for IPv4. `type` is the number in the lowered action and the packet record: the code of the ICMP
 * destination-unreachable message, or 255 for a TCP reset.
 */
export interface RejectType {
  readonly name: string;
  readonly alias: string;
  readonly type: number;
  /** As the help says it. */
  readonly help: string;
}

export const TCP_RESET = 255;

/** In the order in which abbreviations are searched. */
export const REJECT_TYPES: readonly RejectType[] = [
  { name: 'icmp-net-unreachable', alias: 'net-unreach', type: 0, help: 'ICMP network unreachable' },
  { name: 'icmp-host-unreachable', alias: 'host-unreach', type: 1, help: 'ICMP host unreachable' },
  { name: 'icmp-proto-unreachable', alias: 'proto-unreach', type: 2, help: 'ICMP protocol unreachable' },
  { name: 'icmp-port-unreachable', alias: 'port-unreach', type: 3, help: 'ICMP port unreachable (default)' },
  { name: 'icmp-net-prohibited', alias: 'net-prohib', type: 9, help: 'ICMP network prohibited' },
  { name: 'icmp-host-prohibited', alias: 'host-prohib', type: 10, help: 'ICMP host prohibited' },
  { name: 'tcp-reset', alias: 'tcp-rst', type: TCP_RESET, help: 'TCP RST packet' },
  { name: 'icmp-admin-prohibited', alias: 'admin-prohib', type: 13, help: 'ICMP administratively prohibited (*)' },
];
