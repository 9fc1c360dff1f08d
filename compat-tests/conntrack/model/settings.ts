/** The settings of conntrack as its sysctls have them. */
export type Sysctls = readonly (readonly [path: string, value: string])[];

/** Names of settings behind net.netfilter.nf_conntrack_, as sysctls. */
export function conntrack(settings: Readonly<Record<string, number>>): Sysctls {
  return Object.entries(settings).map(([name, value]) => [`netfilter/nf_conntrack_${name}`, String(value)] as const);
}

export const SHIPPED: Readonly<Record<string, number>> = { tcp_loose: 1, tcp_be_liberal: 0, tcp_ignore_invalid_rst: 0, tcp_max_retrans: 3, checksum: 1 };
