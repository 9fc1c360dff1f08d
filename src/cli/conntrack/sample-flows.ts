/** Flows that transcripts of conntrack are about: how conntrack makes each in the kernel (behind `conntrack -I`), and the same flow here. */
import { FLOW_STATUS, type Flow } from '../../kernel/flows/flow.js';
import { parseAddress } from './address.js';

/** Seconds until each of them is over. A listing right after they were made shows one less. */
const TIMEOUT = 1000;

export const SAMPLE_HZ = 250;
export const SAMPLE_NOW = 4_295_000_000n;

const NO_END = { end: 0, maxEnd: 0, maxWindow: 0, maxAck: 0, scale: 0, flags: 0 };

function flow(family: Flow['family'], proto: number, from: readonly [string, number], to: readonly [string, number], more: Partial<Flow> = {}): Flow {
  const [src, dst] = [parseAddress(from[0])!, parseAddress(to[0])!];
  return {
    family,
    proto,
    original: { src, dst, sport: from[1], dport: to[1] },
    reply: { src: dst, dst: src, sport: to[1], dport: from[1] },
    expires: SAMPLE_NOW + BigInt(TIMEOUT * SAMPLE_HZ) - 1n,
    mark: 0,
    id: 4711,
    ...more,
    status: FLOW_STATUS.confirmed | (more.status ?? 0),
  };
}

function tcp(state: number): Partial<Flow> {
  return { tcp: { state, ends: [NO_END, NO_END] } };
}

const { seenReply, assured } = FLOW_STATUS;
const T = `-t ${TIMEOUT}`;

export const SAMPLE_FLOWS: readonly { readonly made: string; readonly flow: Flow }[] = [
  {
    made: `-p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1000 --dport 80 --state ESTABLISHED ${T} -u ASSURED,SEEN_REPLY`,
    flow: flow('ipv4', 6, ['10.0.0.1', 1000], ['10.0.0.2', 80], { ...tcp(3), status: seenReply | assured }),
  },
  { made: `-p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1001 --dport 80 --state SYN_SENT ${T}`, flow: flow('ipv4', 6, ['10.0.0.1', 1001], ['10.0.0.2', 80], tcp(1)) },
  { made: `-p udp -s 10.0.0.3 -d 10.0.0.4 --sport 1000 --dport 53 ${T}`, flow: flow('ipv4', 17, ['10.0.0.3', 1000], ['10.0.0.4', 53]) },
  {
    made: `-p udp -s 10.0.0.3 -d 10.0.0.4 --sport 1001 --dport 53 ${T} -u SEEN_REPLY -m 5`,
    flow: flow('ipv4', 17, ['10.0.0.3', 1001], ['10.0.0.4', 53], { status: seenReply, mark: 5 }),
  },
  { made: `-p udplite -s 10.0.0.3 -d 10.0.0.4 --sport 7 --dport 8 ${T}`, flow: flow('ipv4', 136, ['10.0.0.3', 7], ['10.0.0.4', 8]) },
  {
    made: `-p icmp -s 10.0.0.3 -d 10.0.0.4 --icmp-type 8 --icmp-code 0 --icmp-id 77 ${T}`,
    flow: flow('ipv4', 1, ['10.0.0.3', 77], ['10.0.0.4', 77], { icmp: { type: 8, code: 0 } }),
  },
  {
    made: `-p icmp -s 10.0.0.3 -d 10.0.0.5 --icmp-type 13 --icmp-code 0 --icmp-id 78 ${T}`,
    flow: flow('ipv4', 1, ['10.0.0.3', 78], ['10.0.0.5', 78], { icmp: { type: 13, code: 0 } }),
  },
  { made: `-p 89 -s 10.0.0.3 -d 10.0.0.4 ${T}`, flow: flow('ipv4', 89, ['10.0.0.3', 0], ['10.0.0.4', 0]) },
  { made: `-p gre -s 10.0.0.3 -d 10.0.0.4 --srckey 1 --dstkey 2 ${T}`, flow: flow('ipv4', 47, ['10.0.0.3', 1], ['10.0.0.4', 2]) },
  {
    made: `-p sctp -s 10.0.0.3 -d 10.0.0.4 --sport 1 --dport 2 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2 ${T}`,
    flow: flow('ipv4', 132, ['10.0.0.3', 1], ['10.0.0.4', 2], { sctp: { state: 4, vtags: [1, 2] } }),
  },
  { made: `-p dccp -s 10.0.0.3 -d 10.0.0.4 --sport 1 --dport 2 --state OPEN --role client ${T}`, flow: flow('ipv4', 33, ['10.0.0.3', 0], ['10.0.0.4', 0]) },
  { made: `-p udp -s fe80::1 -d fe80::2 --sport 1000 --dport 53 ${T}`, flow: flow('ipv6', 17, ['fe80::1', 1000], ['fe80::2', 53]) },
  {
    made: `-p icmpv6 -s 2001:db8::1 -d ::1:2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 9 ${T}`,
    flow: flow('ipv6', 58, ['2001:db8::1', 9], ['::1:2', 9], { icmp: { type: 128, code: 0 } }),
  },
];
