/** A real firewall's filter table as a workload: packets are aimed at its rules, the oracle says what is right. */
import { filterTable } from '../../harness/rules-file.js';
import { decodePacket } from '../../../src/net/decode.js';
import type { PacketView } from '../../../src/net/packet-view.js';
import { interpret, type Outcome } from '../../../src/oracle/interpret.js';
import { newOracleState, type TrailEntry } from '../../../src/oracle/state.js';
import { generatePackets } from '../../../src/property/generate-packets.js';
import { fieldValue } from '../../../src/property/ir-fields.js';
import type { Random } from '../../../src/property/random.js';
import { readRuleset } from '../../../src/property/read-ruleset.js';
import type { Ruleset } from '../../../src/ruleset/model.js';
import type { Header } from '../flat-rule.js';
import { packetOf } from '../header-packet.js';
import type { Surroundings, Workload } from '../workload.js';

const MOST_SURROUNDINGS = 4096;

/** Rules whose answer does not depend on the packet alone, those with matches that are not built, and those that write logs are left out. */
const LEFT_OUT = / -m (recent|limit|sctp) | -j LOG/;

/** Every placeholder becomes an address of its own: a rule for each host, as it was. */
function withAddresses(text: string): string {
  let hosts = 0;
  return text.replaceAll(/XX:XX:XX:XX:XX:XX/gi, () => `02:00:00:00:${[hosts >> 8, hosts++ & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`);
}

export class RealWorkload implements Workload {
  readonly text: string;
  readonly rules: number;
  readonly metas: Surroundings[] = [];
  private readonly ruleset: Ruleset;
  private readonly numbers = new Map<string, number>();

  /** @param file the whole save file */
  constructor(
    readonly shape: string,
    file: string,
  ) {
    this.text = filterTable(withAddresses(file)).split('\n').filter((line) => !LEFT_OUT.test(line)).join('\n');
    this.ruleset = readRuleset(this.text);
    this.rules = [...this.ruleset.chains.values()].reduce((sum, chain) => sum + chain.rules.length, 0);
  }

  uniform(count: number, random: Random): Header[] {
    const found: Header[] = [];
    for (let more = 0; more < 20 && found.length < count; more++) {
      for (const { hook, l3, meta } of generatePackets(this.ruleset, random.bits32(), count, { hooks: ['INPUT', 'FORWARD'], flows: 0, maximumLength: 200 })) {
        const header = this.headerOf(decodePacket(l3, meta), hook === 'INPUT' ? 'INPUT' : 'FORWARD');
        if (header !== undefined && found.length < count) found.push(header);
      }
    }
    if (found.length < count) throw new RangeError(`${this.shape}: only ${found.length} headers`);
    return found;
  }

  at(): undefined {
    return undefined;
  }

  miss(): undefined {
    return undefined;
  }

  trail(header: Header): readonly TrailEntry[] {
    return this.outcome(header).trail;
  }

  verdict(header: Header): string {
    return this.outcome(header).verdict;
  }

  private outcome(header: Header): Outcome {
    const { hook, meta } = this.metas[header.meta]!;
    return interpret(this.ruleset, hook, decodePacket(packetOf(header), meta), newOracleState());
  }

  /** Undefined: a packet that a header does not say in full, or surroundings beyond what the table holds. */
  private headerOf(packet: PacketView, hook: Surroundings['hook']): Header | undefined {
    const number = (field: Parameters<typeof fieldValue>[1]): number => Number(fieldValue(packet, field));
    if (packet.fragmentOffset !== 0 || packet.moreFragments || number('l4State') !== 0) return undefined;
    const meta = this.number({ hook, meta: { ...packet.meta, now: 0n } });
    if (meta === undefined) return undefined;
    return { src: number('src'), dst: number('dst'), sport: number('sport'), dport: number('dport'), proto: number('proto'), tcpFlags: number('tcpFlags'), icmpType: number('icmpType'), icmpCode: number('icmpCode'), meta };
  }

  private number(surroundings: Surroundings): number | undefined {
    const key = JSON.stringify(surroundings, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.metas.length === MOST_SURROUNDINGS) return undefined;
    this.metas.push(surroundings);
    this.numbers.set(key, this.metas.length - 1);
    return this.metas.length - 1;
  }
}
