/** A tracked flow as the rest of the program sees it: what struct flow_key and struct flow of bpf/layout.h say, in plain terms. */

/** enum flow_status: the kernel's IPS_* bits. */
export const FLOW_STATUS = { expected: 1, seenReply: 2, assured: 4, confirmed: 8 } as const;

/** One direction of a flow: who sends to whom. Addresses are 4 bytes (IPv4) or 16 (IPv6), network order; ports in host order. */
export interface FlowTuple {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  /** Protocols without ports: 0. ICMP queries: the identifier in both. */
  readonly sport: number;
  readonly dport: number;
}

/** What one end of a TCP connection has said (struct tcp_end). */
export interface TcpEnd {
  readonly end: number;
  readonly maxEnd: number;
  readonly maxWindow: number;
  readonly maxAck: number;
  readonly scale: number;
  /** enum tcp_end_flags: IP_CT_TCP_FLAG_* of linux/netfilter/nf_conntrack_tcp.h. */
  readonly flags: number;
}

export interface Flow {
  readonly family: 'ipv4' | 'ipv6';
  /** Protocol number. */
  readonly proto: number;
  readonly original: FlowTuple;
  readonly reply: FlowTuple;
  /** ICMP queries only: type and code of the query. */
  readonly icmp?: { readonly type: number; readonly code: number };
  /** FLOW_STATUS bits. */
  readonly status: number;
  /** jiffies64 from which on the flow is over. */
  readonly expires: bigint;
  readonly mark: number;
  readonly id: number;
  /** TCP: the state by its number in the kernel (enum tcp_conntrack), and both ends, original first. */
  readonly tcp?: { readonly state: number; readonly ends: readonly [TcpEnd, TcpEnd] };
  /** SCTP: the state by its number (enum sctp_conntrack), verification tags in host order, original first. */
  readonly sctp?: { readonly state: number; readonly vtags: readonly [number, number] };
}
