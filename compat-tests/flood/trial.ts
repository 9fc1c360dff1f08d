/** Connections that carry data through a filter, while packets that each begin a flow of their own come in by another of its devices. */
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { Generator } from '../bench/end-to-end/generator.js';
import { createLane, MACS, removeLane, type Lane } from '../bench/end-to-end/lane.js';
import { createFilteredHosts, PORT, wayTo } from '../bench/exchanges/hosts.js';
import { UDP, type Header } from '../bench/flat-rule.js';
import { attachedMemory } from '../harness/bpf-objects.js';
import { bpfIptables, readCounters } from '../harness/firewall.js';
import { LiveFlows } from '../harness/live-flows.js';
import { removeNamespace } from '../harness/namespaces.js';
import { NewFlows, type FlowKind } from '../harness/new-flows.js';
import { insideNamespace } from '../harness/open-wire.js';

/** Connections begin with a SYN: a flow that is forgotten is broken, as what comes of it then is let through by no rule. */
export const RULES = [
  '*filter', ':INPUT ACCEPT [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]',
  '-A FORWARD -m conntrack --ctstate INVALID -j DROP',
  '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j ACCEPT',
  '-A FORWARD -p udp -m conntrack --ctstate NEW -j ACCEPT',
  'COMMIT', '',
].join('\n');

export interface FloodOrder {
  readonly kind: FlowKind;
  readonly connections: number;
  /** Packets of the flood, in so many parts. */
  readonly packets: number;
  readonly parts: number;
  load(lane: Lane): void;
  readonly progress?: (phase: Phase) => void;
}

export interface Phase {
  readonly name: string;
  /** ns a frame, the generator's part included: of flows that are known before and after, of new ones in between. */
  readonly time: number;
  /** Connections that answer, and whole rounds of all of them so far. */
  readonly alive: number;
  readonly rounds: number;
  /** Bytes of the maps of the filter's programs, all together. */
  readonly memory: number;
}

const TARGET = ipv4Address('198.19.0.1');
const SOURCES = ipv4Address('198.18.0.0');
/** Flows that the filter knows, and frames of them that are timed. */
const KNOWN = 1024;
const TIMED = 65_536;

const known: readonly Header[] = Array.from({ length: KNOWN }, (_, index) => ({
  src: Number(ipv4Address('198.20.0.1')) + index, dst: Number(TARGET), sport: 5000, dport: 5001, proto: UDP, tcpFlags: 0, icmpType: 0, icmpCode: 0, meta: 0,
}));

/** What the maps take. */
function memory(lane: Lane): number {
  return insideNamespace(lane.firewall, () => [...attachedMemory('lo').values()].reduce((sum, bytes) => sum + bytes, 0));
}

export interface FloodResult {
  /** Before, `parts` times during, and after. */
  readonly phases: readonly Phase[];
  /** Packets of the flood that began a flow, by the counter of the rule that lets them in. */
  readonly begun: bigint;
}

const RULE_FOR: Readonly<Record<FlowKind, RegExp>> = { SYN: /-p tcp .*--ctstate NEW/, UDP: /-p udp .*--ctstate NEW/ };

function begun(lane: Lane, kind: FlowKind): bigint {
  return readCounters(bpfIptables(), lane.firewall).find(({ text }) => RULE_FOR[kind].test(text))!.count.packets;
}

/** The trial, in namespaces of its own, which are gone afterwards. */
export async function floodTrial({ kind, connections, packets, parts, load, progress }: FloodOrder): Promise<FloodResult> {
  const lane = createLane('flood');
  const hosts = createFilteredHosts('flood', lane.firewall);
  load(lane);
  const { server, client, address } = wayTo(hosts, 'behind');
  const flows = await LiveFlows.open(server, client, address, PORT, connections);
  const steady = new Generator(lane.sender, lane.port, known);
  const flood = new NewFlows({ namespace: lane.sender, device: lane.port, macs: MACS, sources: SOURCES, target: TARGET, port: 80 }, kind);
  const phases: Phase[] = [];
  const phase = async (name: string, send: () => number): Promise<void> => {
    const time = send();
    phases.push({ name, time, ...(await flows.state()), memory: memory(lane) });
    progress?.(phases.at(-1)!);
  };
  try {
    steady.send(KNOWN);
    await phase('before', () => steady.send(TIMED));
    const before = begun(lane, kind);
    for (let part = 1; part <= parts; part++) await phase(`during, ${(part * packets) / parts} packets`, () => flood.send(packets / parts));
    const after = begun(lane, kind);
    await phase('after', () => steady.send(TIMED));
    return { phases, begun: after - before };
  } finally {
    await flows.close();
    steady.close();
    flood.close();
    removeNamespace(hosts.client);
    removeNamespace(hosts.server);
    removeLane(lane);
  }
}
