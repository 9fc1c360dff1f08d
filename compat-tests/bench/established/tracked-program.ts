/** The program of tc ingress, loaded in a lane's firewall, and the segments of its connections, one at a time under BPF_PROG_TEST_RUN. */
import { plan, compile } from '../../../src/cli/compile.js';
import { readCounterMap } from '../../../src/kernel/counters.js';
import { Descriptors } from '../../../src/kernel/descriptors.js';
import { loadGeneration, type LoadedGeneration } from '../../../src/kernel/generation.js';
import { refreshMirrors } from '../../../src/kernel/mirrors.js';
import { realKernel } from '../../../src/kernel/real-kernel.js';
import { native } from '../../../src/native/native.js';
import { be16, concatBytes } from '../../../src/net/bytes.js';
import { ETHERTYPE } from '../../../src/net/ethernet.js';
import { ipv4 } from '../../../src/net/ipv4.js';
import { tcp, TCP_FLAG, type TcpFields } from '../../../src/net/tcp.js';
import type { Plan } from '../../../src/plan/plan.js';
import { readRuleset } from '../../../src/property/read-ruleset.js';
import { insideNamespace } from '../../harness/open-wire.js';
import { skbContext } from '../../hooks/visits.js';
import { deviceIndex, MACS, type Lane } from '../end-to-end/lane.js';
import { endsText, type Ends } from './rulesets.js';

const GENERATION = 2n;
const GO_ON = 0xffffffff;
const SERVER_MAC = Uint8Array.of(2, 0, 0, 0, 2, 1);
const OTHER_MAC = Uint8Array.of(2, 0, 0, 0, 2, 2);

/** Sequence numbers of both ends' SYNs. */
const FIRST_SEQ = { client: 1000, server: 5000 } as const;

/** A segment of the connection that comes in by eth0 (from the client) or by eth1. */
function frameOf(ends: Ends, from: 'client' | 'server', fields: Omit<TcpFields, 'sport' | 'dport'>): Uint8Array {
  const [src, dst, sport, dport] = from === 'client' ? [ends.client, ends.server, ends.sport, ends.dport] : [ends.server, ends.client, ends.dport, ends.sport];
  const ethernet = from === 'client' ? concatBytes(MACS.to, MACS.from) : concatBytes(SERVER_MAC, OTHER_MAC);
  return concatBytes(ethernet, be16(ETHERTYPE.ipv4), ipv4({ src, dst, ttl: 64 }, tcp({ sport, dport, ...fields })));
}

/** A segment of an established connection that may come any number of times. */
export const acknowledgement = (ends: Ends, from: 'client' | 'server'): Uint8Array =>
  from === 'client'
    ? frameOf(ends, from, { seq: FIRST_SEQ.client + 1, ack: FIRST_SEQ.server + 1, flags: TCP_FLAG.ack })
    : frameOf(ends, from, { seq: FIRST_SEQ.server + 1, ack: FIRST_SEQ.client + 1, flags: TCP_FLAG.ack });

export class TrackedProgram {
  readonly plan: Plan;
  private readonly kernel = realKernel();
  private readonly descriptors = new Descriptors(this.kernel);
  private readonly loaded: LoadedGeneration;
  private readonly context: Readonly<Record<'client' | 'server', Uint8Array>>;

  /** @throws InternalFault with the verifier's words */
  constructor(
    private readonly lane: Lane,
    text: string,
  ) {
    this.plan = plan(readRuleset(text));
    const spec = compile(this.plan, { cpus: this.kernel.cpus, generation: GENERATION, hook: { mode: 'tc', fastForward: false } });
    this.loaded = insideNamespace(lane.firewall, () => {
      const loaded = loadGeneration(this.kernel, spec, new Map(), this.descriptors);
      this.kernel.mapStoreWord(loaded.maps.get('root')!, 0, GENERATION);
      refreshMirrors(this.kernel, loaded.maps.get('root')!, loaded.maps);
      return loaded;
    });
    this.context = { client: skbContext(0, deviceIndex(lane, 'eth0')), server: skbContext(0, deviceIndex(lane, 'eth1')) };
  }

  /** Runs a frame `repeat` times. Returns whole ns a run. @throws Error where it was not accepted */
  private run(frame: Uint8Array, from: 'client' | 'server', repeat: number): number {
    const program = this.loaded.programs.find(({ hook }) => hook === 'tc-ingress')!;
    const { retval, duration } = insideNamespace(this.lane.firewall, () => native().progTestRun(program.fd, frame, this.context[from], repeat, 0));
    if (retval !== GO_ON) throw new Error(`the program returned ${retval}`);
    return duration;
  }

  /** Opens a connection: three segments. */
  open(ends: Ends): void {
    try {
      this.run(frameOf(ends, 'client', { seq: FIRST_SEQ.client, flags: TCP_FLAG.syn }), 'client', 1);
      this.run(frameOf(ends, 'server', { seq: FIRST_SEQ.server, ack: FIRST_SEQ.client + 1, flags: TCP_FLAG.syn | TCP_FLAG.ack }), 'server', 1);
      this.run(acknowledgement(ends, 'client'), 'client', 1);
    } catch (error) {
      throw new Error(`opening ${endsText(ends)}: ${(error as Error).message}`);
    }
  }

  /** ns for a segment of an open connection, the mean of `repeat`. */
  time(ends: Ends, from: 'client' | 'server', repeat: number): number {
    return this.run(acknowledgement(ends, from), from, repeat);
  }

  /** Packets counted, by slot. */
  packets(): bigint[] {
    return [...readCounterMap(this.kernel, this.loaded.maps.get('counters')!)].filter((_, index) => index % 2 === 0);
  }

  close(): void {
    this.descriptors.close();
  }
}
