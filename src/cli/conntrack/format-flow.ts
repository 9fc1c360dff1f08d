/** The line of a flow in the default format and in `-o save`. */
import type { Flow } from '../../kernel/flows/flow.js';
import { formatAddress } from './address.js';
import { OUTPUT } from './lists.js';
import { listedName } from './protocols.js';
import { FLOW_DIRECTIONS, PROTO_DCCP, PROTO_GRE, hasPorts, icmpOf, isAssured, isUnreplied, secondsLeft, shownMark, shownUse, tupleOf, type Direction, type Occasion } from './shown-flow.js';
import { SCTP_STATES, TCP_STATES } from './states.js';

const EVENT_TAGS = { new: '    [NEW]', update: ' [UPDATE]', destroy: '[DESTROY]' } as const;

/** Without newline. `output`: bits of OUTPUT. */
export function formatFlow(flow: Flow, output: number, occasion: Occasion): string {
  const left = secondsLeft(flow, occasion);
  const mark = shownMark(flow, occasion);
  const use = shownUse(occasion);
  return [
    ...(occasion.event ? [EVENT_TAGS[occasion.event]] : []),
    ...(output & OUTPUT.extended ? [flow.family === 'ipv4' ? 'ipv4     2' : 'ipv6     10'] : []),
    `${listedName(flow.proto).padEnd(8)} ${flow.proto}`,
    ...(left === undefined ? [] : [String(left)]),
    ...stateName(flow),
    ends(flow, 'original'),
    ...(isUnreplied(flow) ? ['[UNREPLIED]'] : []),
    ends(flow, 'reply'),
    ...(isAssured(flow) ? ['[ASSURED]'] : []),
    ...(mark === undefined ? [] : [`mark=${mark}`]),
    ...(use === undefined ? [] : [`use=${use}`]),
    ...(output & OUTPUT.id ? [`id=${flow.id}`] : []),
  ].join(' ');
}

function stateName(flow: Flow): readonly string[] {
  if (flow.tcp) return [TCP_STATES[flow.tcp.state] ?? TCP_STATES[0]!];
  return flow.sctp ? [SCTP_STATES[flow.sctp.state] ?? SCTP_STATES[0]!] : [];
}

function ends(flow: Flow, direction: Direction): string {
  const { src, dst, sport, dport } = tupleOf(flow, direction);
  const addresses = `src=${formatAddress(src)} dst=${formatAddress(dst)}`;
  const icmp = icmpOf(flow, direction);
  if (icmp) return `${addresses} type=${icmp.type} code=${icmp.code} id=${icmp.id}`;
  if (flow.proto === PROTO_GRE) return `${addresses} srckey=0x${sport.toString(16)} dstkey=0x${dport.toString(16)}`;
  return hasPorts(flow.proto) ? `${addresses} sport=${sport} dport=${dport}` : addresses;
}

const SAVE_COMMANDS = { new: '-A', update: '-U', destroy: '-D' } as const;

/** Statuses that `-u` knows, in the order of their bits. */
const SAVED_STATUSES: readonly (readonly [number, string])[] = [[1, 'EXPECTED'], [2, 'SEEN_REPLY'], [4, 'ASSURED'], [1 << 10, 'FIXED_TIMEOUT']];

/** As a command line of conntrack that makes the flow anew. @param deleted whether the flow has just been deleted */
export function saveFlow(flow: Flow, occasion: Occasion, deleted = false): string {
  const left = secondsLeft(flow, occasion);
  const statuses = SAVED_STATUSES.filter(([bit]) => flow.status & bit).map(([, name]) => name);
  const [original, reply] = FLOW_DIRECTIONS.map((direction) => tupleOf(flow, direction));
  return [
    SAVE_COMMANDS[occasion.event ?? (deleted ? 'destroy' : 'new')],
    ...(left === undefined ? [] : [`-t ${left}`]),
    `-u ${statuses.length === 0 ? 'UNSET' : statuses.join(',')}`,
    `-s ${formatAddress(original!.src)} -d ${formatAddress(original!.dst)} -r ${formatAddress(reply!.src)} -q ${formatAddress(reply!.dst)}`,
    `-p ${listedName(flow.proto) === 'unknown' ? flow.proto : listedName(flow.proto)}`,
    ...savedFields(flow),
  ].join(' ');
}

function savedFields(flow: Flow): readonly string[] {
  const { original, reply } = flow;
  if (flow.icmp) {
    const name = listedName(flow.proto);
    return [`--${name}-type ${flow.icmp.type} --${name}-code ${flow.icmp.code} --${name}-id ${original.sport}`];
  }
  if (flow.proto === PROTO_GRE) return [`--srckey ${original.sport} --dstkey ${original.dport} --reply-key-src ${reply.sport} --reply-key-dst ${reply.dport}`];
  if (!hasPorts(flow.proto) || flow.proto === PROTO_DCCP) return [];
  return [
    `--sport ${original.sport} --dport ${original.dport} --reply-port-src ${reply.sport} --reply-port-dst ${reply.dport}`,
    ...stateName(flow).map((state) => `--state ${state}`),
    ...(flow.sctp ? [`--orig-vtag ${flow.sctp.vtags[0]} --reply-vtag ${flow.sctp.vtags[1]}`] : []),
  ];
}
