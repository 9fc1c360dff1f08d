import { createLane, removeLane, type Lane } from '../end-to-end/lane.js';
import { connections, establishedRules, ONE_RULE, PLACES, type Ends } from '../established/rulesets.js';
import { TrackedProgram } from '../established/tracked-program.js';
import { judge, note, type Scenario } from '../report/section.js';
import { median, spread } from '../statistics.js';

const RULES = 10_000;
const FLOWS = 1024;
/** Segments of one connection in a row, where there are many connections. */
const IN_A_ROW = 8;
const BAR = 1.3;
const TRAFFIC = ['one connection', `${FLOWS} connections`] as const;

interface Entry {
  readonly name: string;
  readonly program: TrackedProgram;
  readonly samples: Readonly<Record<(typeof TRAFFIC)[number], number[]>>;
}

function enter(lane: Lane, name: string, text: string, all: readonly Ends[]): Entry {
  const program = new TrackedProgram(lane, text);
  for (const ends of all) program.open(ends);
  note(`${name}: ${all.length} connections open, ${program.plan.strategy.kind}`);
  return { name, program, samples: { 'one connection': [], [`${FLOWS} connections`]: [] } as Entry['samples'] };
}

/** Both directions in turn. */
function round({ program, samples }: Entry, all: readonly Ends[], repeat: number): void {
  const way = (index: number): 'client' | 'server' => (index % 2 === 0 ? 'client' : 'server');
  const [one] = all;
  samples['one connection'].push((program.time(one!, way(0), repeat) + program.time(one!, way(1), repeat)) / 2);
  samples[TRAFFIC[1]].push(all.reduce((sum, ends, index) => sum + program.time(ends, way(index), IN_A_ROW), 0) / all.length);
}

export const CONNTRACK_ESTABLISHED: Scenario = {
  name: 'conntrack-established',
  title: 'Established TCP through one rule and through 10,000',
  about:
    'ns a segment of the whole program at tc ingress under `BPF_PROG_TEST_RUN`: gate, parse, route, conntrack, rules and counters; both directions of one connection again and again, and of 1,024, eight segments of each in a row. ' +
    'One rule is `RELATED,ESTABLISHED` alone. In the others it stands first, behind two rules that an established packet passes, or last; the others are the published grid for TCP, each of which begins connections, or a blacklist of sources, which every packet must be compared with.',
  chart: { kind: 'bars', x: '', y: 'ns a segment', logarithmic: false },
  parts: [''],
  run: (_, effort) => {
    const lane = createLane('established');
    const all = connections(RULES, FLOWS);
    const entries = [enter(lane, '1 rule', ONE_RULE, all), ...PLACES.map((place) => enter(lane, place, establishedRules(RULES, place), all))];
    const repeat = Math.round(effort.milliseconds * 1500);
    // The many rounds of a busy machine: each is short.
    for (let number = 1; number <= effort.rounds * 3; number++) {
      for (const entry of entries) round(entry, all, repeat);
      note(`round ${number} of ${effort.rounds * 3}`);
    }
    for (const { program } of entries) program.close();
    removeLane(lane);
    const [one, ...others] = entries;
    const ratios = ({ samples }: Entry, traffic: (typeof TRAFFIC)[number]): number[] => samples[traffic].map((value, index) => value / one!.samples[traffic][index]!);
    return {
      tables: [{
        head: ['rules', 'established', ...TRAFFIC.flatMap((traffic) => [`${traffic}, ns`, 'of 1 rule'])],
        rows: entries.map((entry) => [entry === one ? '1' : String(RULES), entry === one ? 'alone' : entry.name, ...TRAFFIC.flatMap((traffic) => [spread(entry.samples[traffic], 0), spread(ratios(entry, traffic), 2)])]),
      }],
      judgements: others.flatMap((entry) => TRAFFIC.map((traffic) => judge(`${RULES} rules, established ${entry.name}, ${traffic}: of 1 rule`, median(ratios(entry, traffic)), '<=', BAR, 'x', 2))),
      series: TRAFFIC.map((traffic) => ({ name: traffic, points: entries.map(({ samples }, index) => [index + 1, median(samples[traffic])] as const) })),
      labels: entries.map(({ name }) => name),
      remarks: [],
    };
  },
};
