import { Random } from '../../../src/property/random.js';
import { LEGACY_TEXT, NFT_TEXT, own } from '../end-to-end/contenders.js';
import { timeOf } from '../end-to-end/tables.js';
import { raceTexts } from '../end-to-end/texts.js';
import { ANYTHING, matchText, UDP, type FlatRule, type Header } from '../flat-rule.js';
import type { Scenario } from '../report/section.js';
import { spread } from '../statistics.js';
import { saveFile } from '../workload.js';

const SOURCES = 0xc0a80002;
const DESTINATIONS = 0xc0a80a02;
const FIRST_SPORT = 10_100;
const FIRST_DPORT = 8090;
const FLOWS = 16_384;

/** How many values of each field a variant's 1000 rules cross; 0: the rules do not ask. Published with the clone that is compared with. */
interface Variant {
  readonly fields: string;
  readonly sources: number;
  readonly destinations: number;
  readonly proto: boolean;
  readonly sports: number;
  readonly dports: number;
}

/** In the order of the chart. */
export const COMPLEXITY_VARIANTS: readonly Variant[] = [
  { fields: 'source', sources: 1000, destinations: 0, proto: false, sports: 0, dports: 0 },
  { fields: '+ destination', sources: 40, destinations: 25, proto: false, sports: 0, dports: 0 },
  { fields: '+ protocol', sources: 40, destinations: 25, proto: true, sports: 0, dports: 0 },
  { fields: '+ source port', sources: 10, destinations: 10, proto: true, sports: 10, dports: 0 },
  { fields: '+ destination port', sources: 10, destinations: 5, proto: true, sports: 4, dports: 5 },
];

/** Source outermost, destination port innermost. */
export function complexityRules({ sources, destinations, proto, sports, dports }: Variant): FlatRule[] {
  const many = (count: number): number[] => Array.from({ length: Math.max(1, count) }, (_, index) => index);
  const ports = (asked: number, first: number, index: number): [number, number] => (asked === 0 ? [0, 65_535] : [first + index, first + index]);
  return many(sources).flatMap((src) =>
    many(destinations).flatMap((dst) =>
      many(sports).flatMap((sport) =>
        many(dports).map((dport): FlatRule => {
          const [sportLow, sportHigh] = ports(sports, FIRST_SPORT, sport);
          const [dportLow, dportHigh] = ports(dports, FIRST_DPORT, dport);
          const destination = destinations === 0 ? {} : { dst: DESTINATIONS + dst, dstLength: 32 };
          return { ...ANYTHING, src: SOURCES + src, srcLength: 32, ...destination, proto: proto ? UDP : 0, sportLow, sportHigh, dportLow, dportHigh };
        }),
      ),
    ),
  );
}

/** Fields that rules do not ask for take 20 destinations and 11 ports. */
function headers({ sources, destinations, sports, dports }: Variant, random: Random): Header[] {
  return Array.from({ length: FLOWS }, () => ({
    src: SOURCES + random.below(sources), dst: DESTINATIONS + random.below(destinations || 20), sport: FIRST_SPORT + random.below(sports || 11), dport: FIRST_DPORT + random.below(dports || 11),
    proto: UDP, tcpFlags: 0, icmpType: 0, icmpCode: 0, meta: 0,
  }));
}

export const COMPLEXITY: Scenario = {
  name: 'complexity',
  title: '1000 rules that ask for one to five fields',
  about: 'The published rule-complexity series: 1000 ACCEPT rules in FORWARD, policy DROP, over source, destination, protocol and ports, and traffic that all rules match alike, forwarded. Measured as the end-to-end comparison is; what forwarding costs is in every number.',
  chart: { kind: 'bars', x: 'what the rules ask for', y: 'ns a packet over the generator', logarithmic: false },
  parts: COMPLEXITY_VARIANTS.map((_, index) => String(index + 1)),
  run: (part, effort) => {
    const variant = COMPLEXITY_VARIANTS[Number(part) - 1]!;
    const random = new Random(`complexity ${part}`);
    const rules = complexityRules(variant);
    const text = saveFile(rules.map((rule) => `${matchText(rule)} -j ACCEPT`));
    const result = raceTexts([LEGACY_TEXT, NFT_TEXT, own('tc'), own('xdp')], text, new Map([['uniform', headers(variant, random)]]), () => true, effort);
    return {
      tables: [{ head: ['rules ask for', ...result.times.map(({ name }) => `${name}, ns`)], rows: [[variant.fields, ...result.times.map(({ net }) => spread(net.get('uniform')!, 0))]] }],
      judgements: [],
      series: result.times.map((times) => ({ name: times.name, points: [[Number(part), timeOf(times, 'uniform')] as const] })),
      labels: COMPLEXITY_VARIANTS.map(({ fields }) => fields),
      remarks: result.failures,
    };
  },
};
