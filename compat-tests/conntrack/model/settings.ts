/** The settings of conntrack as its sysctls have them. */
export type Sysctls = readonly (readonly [path: string, value: string])[];

/** Names of settings behind net.netfilter.nf_conntrack_, as sysctls. ICMP and ICMPv6 have a timeout each, which are set to the same here. */
export function conntrack(settings: Readonly<Record<string, number>>): Sysctls {
  const names = (name: string): readonly string[] => (name === 'icmp_timeout' ? [name, 'icmpv6_timeout'] : [name]);
  return Object.entries(settings).flatMap(([each, value]) => names(each).map((name) => [`netfilter/nf_conntrack_${name}`, String(value)] as const));
}

export const SHIPPED: Readonly<Record<string, number>> = { tcp_loose: 1, tcp_be_liberal: 0, tcp_ignore_invalid_rst: 0, tcp_max_retrans: 3, checksum: 1 };
