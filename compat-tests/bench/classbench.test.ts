/** The generator's rulesets have the structure of the published sets: bounds measured over 12 seeds at 1k and 10k rules. */
import t from 'tap';
import { Random } from '../../src/property/random.js';
import { classBenchRules } from './classbench/generate.js';
import { parseFilter } from './classbench/read-file.js';
import { BruteForce, matchText, type FlatRule } from './flat-rule.js';
import { pointIn } from './workload.js';

interface Bounds {
  readonly src: readonly [number, number];
  readonly dst: readonly [number, number];
  /** Share of rules with a port range that is neither one port nor all. */
  readonly ranges: readonly [number, number];
  /** Rules that match a packet, on average. */
  readonly matching: readonly [number, number];
}

const BOUNDS: Readonly<Record<number, Bounds>> = {
  1000: { src: [52, 780], dst: [67, 700], ranges: [0, 0.62], matching: [1, 7] },
  10_000: { src: [563, 8385], dst: [707, 8886], ranges: [0, 0.65], matching: [1, 17] },
};

const isRange = (low: number, high: number): boolean => low !== high && !(low === 0 && high === 65535);
const distinct = (rules: readonly FlatRule[], key: (rule: FlatRule) => string): number => new Set(rules.map(key)).size;

for (const [text, bounds] of Object.entries(BOUNDS)) {
  for (const kind of ['acl1', 'fw1', 'ipc1'] as const) {
    t.test(`${kind} with ${text} rules`, async (t) => {
      const count = Number(text);
      const rules = classBenchRules(kind, count);
      const random = new Random(kind);
      const within = (name: string, value: number, [low, high]: readonly [number, number]): void => void t.ok(value >= low && value <= high, `${name}: ${value} between ${low} and ${high}`);
      t.equal(distinct(rules, matchText), count, 'no rule twice');
      within('source prefixes', distinct(rules, (rule) => `${rule.src}/${rule.srcLength}`), bounds.src);
      within('destination prefixes', distinct(rules, (rule) => `${rule.dst}/${rule.dstLength}`), bounds.dst);
      within('port ranges', rules.filter((rule) => isRange(rule.sportLow, rule.sportHigh) || isRange(rule.dportLow, rule.dportHigh)).length / count, bounds.ranges);
      const packets = Array.from({ length: 100 }, () => pointIn(random.pick(rules), random));
      const singly = rules.map((rule) => new BruteForce([rule]));
      const matching = packets.map((header) => singly.filter((one) => one.first(header) === 0).length);
      within('rules matching a packet', matching.reduce((sum, each) => sum + each, 0) / packets.length, bounds.matching);
    });
  }
}

t.test('the same seed gives the same rules, another one others', async (t) => {
  t.same(classBenchRules('ipc1', 200), classBenchRules('ipc1', 200));
  t.notSame(classBenchRules('ipc1', 200), classBenchRules('ipc1', 200, 2));
});

t.test('filter lines as ClassBench writes them', async (t) => {
  const rule = parseFilter('@37.184.89.216/29\t37.184.85.17/28\t1024 : 65535\t80 : 80\t0x11/0xFF\t0x0000/0x0000\t');
  t.equal(matchText(rule), ' -s 37.184.89.216/29 -d 37.184.85.16/28 -p udp -m udp --sport 1024:65535 --dport 80');
  t.equal(matchText(parseFilter('@0.0.0.0/0\t1.2.3.4/32\t0 : 65535\t5 : 9\t0x2f/0xFF\t0x0/0x0')), ' -d 1.2.3.4/32 -p 47', 'ports need a protocol that has them');
  t.throws(() => parseFilter('nonsense'), RangeError);
});
