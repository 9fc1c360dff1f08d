/** The benchmark's own arithmetic and pictures, and a run of its parts with few packets: what it times is right, however long it takes. */
import t from 'tap';
import { emitGeneration } from '../../src/emit/generation.js';
import { realKernel } from '../../src/kernel/real-kernel.js';
import { loadLibrary } from '../../src/link/library.js';
import { STAGE_MAPS } from '../../src/link/stage-maps.js';
import { lowerRuleset } from '../../src/lower/lower.js';
import { decodePacket } from '../../src/net/decode.js';
import { interpret } from '../../src/oracle/interpret.js';
import { newOracleState } from '../../src/oracle/state.js';
import { planRuleset } from '../../src/plan/choose.js';
import { Random } from '../../src/property/random.js';
import { readRuleset } from '../../src/property/read-ruleset.js';
import { saveRule } from '../../src/ruleset/print/rule-save.js';
import { requireRoot } from '../harness/root.js';
import { BenchProgram } from './bench-program.js';
import { checkProgram } from './check.js';
import { classify } from './classification/measure.js';
import { endToEnd } from './end-to-end/measure.js';
import { createLane, removeLane } from './end-to-end/lane.js';
import { connections, establishedRules, PLACES } from './established/rulesets.js';
import { TrackedProgram } from './established/tracked-program.js';
import { createFilteredHosts, removeFilteredHosts, wayTo } from './exchanges/hosts.js';
import { exchange } from './exchanges/program.js';
import { packetOf } from './header-packet.js';
import { pageText, withSection } from './report/document.js';
import { tableText } from './report/markdown.js';
import { judge, type Scenario, type Section } from './report/section.js';
import { shortNumber, svgOf } from './report/svg.js';
import { complexityRules, COMPLEXITY_VARIANTS } from './scenarios/complexity.js';
import { workload } from './shapes/all.js';
import { median, spread } from './statistics.js';
import { FORWARDED, type Workload } from './workload.js';

requireRoot();

t.test('medians and spreads', async (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 2, 3]), 2.5);
  t.throws(() => median([]), RangeError);
  t.equal(spread([10, 30, 20], 0), '20 (10 to 30)');
  t.same(judge('a', 3, '<=', 3, ' ns'), { what: 'a', bar: '<= 3 ns', result: '3 ns', met: true });
  t.equal(judge('a', 2.9, '>=', 3, 'x', 1).met, false);
});

t.test('tables and charts', async (t) => {
  t.equal(tableText({ head: ['a', 'ns'], rows: [['b', '12345']] }), '| a   |    ns |\n|-----|------:|\n| b   | 12345 |\n');
  t.equal(shortNumber(1500), '1.5k');
  const chart = { kind: 'lines', x: 'rules', y: 'ns', logarithmic: true } as const;
  const svg = svgOf('x < y', chart, [{ name: 'one & two', points: [[1, 10], [100, 1000]] }]);
  const corners = /<polyline points="([\d.]+),([\d.]+) ([\d.]+),([\d.]+)"/.exec(svg)!.slice(1).map(Number);
  t.same(corners, [78, 360, 610, 44], 'from the corner of the least powers of ten to that of the greatest');
  t.match(svg, /x &lt; y/);
  t.match(svg, /one &amp; two/);
  t.throws(() => svgOf('x', chart, [{ name: 'a', points: [[1, 0]] }]), RangeError);
  const bars = svgOf('b', { ...chart, kind: 'bars', logarithmic: false }, [{ name: 'a', points: [[1, 5], [2, 10]] }], ['p', 'q']);
  const heights = [...bars.matchAll(/<rect [^>]*height="([\d.]+)" fill/g)].map((match) => Number(match[1])).slice(0, 2);
  t.equal(heights[1]! / heights[0]!, 2, 'a bar of twice the value is twice as high');
});

t.test('the page keeps the parts of other runs, in the order of the scenario', async (t) => {
  const scenario: Scenario = { name: 's', title: 'S', about: 'about', chart: { kind: 'lines', x: '', y: '', logarithmic: false }, parts: ['1', '2'], run: () => t.fail('not run') as never };
  const section = (part: string, cell: string): Section => ({ scenario: 's', part, command: `run ${part}`, tables: [{ head: ['h'], rows: [[cell]] }], judgements: [judge('j', 1, '<=', 0, '')], series: [], remarks: [] });
  const sections = withSection(withSection([section('2', 'stale')], section('1', 'first')), section('2', 'new'));
  const page = pageText({ machine: 'a machine', sections }, [scenario]);
  t.match(page, /\| first \|\n\| new {3}\|/, 'one table, the new result in place of the old one');
  t.notMatch(page, /stale/);
  t.match(page, /0 of 2 met/);
});

t.test('the published rule-complexity series has 1000 rules each, none twice', async (t) => {
  for (const variant of COMPLEXITY_VARIANTS) t.equal(new Set(complexityRules(variant).map((rule) => JSON.stringify(rule))).size, 1000, variant.fields);
});

const lowered = (work: Workload): ReturnType<typeof lowerRuleset> => lowerRuleset(readRuleset(work.text), (chain, rule, family) => saveRule(chain, rule, family, 'none'));

t.test('what a workload holds for right is what the oracle says', async (t) => {
  for (const shape of ['grid', 'ipc1', 'half', 'small', 'deep', 'row', 'counting']) {
    const work = workload(shape, 60);
    const ruleset = readRuleset(work.text);
    const headers = work.uniform(64, new Random(shape));
    const wrong = headers.filter((header) => JSON.stringify(interpret(ruleset, 'FORWARD', decodePacket(packetOf(header), FORWARDED.meta), newOracleState()).trail) !== JSON.stringify(work.trail(header)));
    t.same(wrong, [], shape);
  }
});

t.test('a program that counts or judges wrongly is not timed', async (t) => {
  const [work, other] = [workload('exact', 40), workload('small', 40)];
  const kernel = realKernel();
  const program = new BenchProgram(emitGeneration(planRuleset(lowered(work)), { cpus: kernel.cpus, generation: 2n, stageMaps: STAGE_MAPS }, loadLibrary(), ['bench']), work.metas);
  const headers = work.uniform(64, new Random(1));
  t.doesNotThrow(() => checkProgram(program, work, lowered(work), headers));
  t.throws(() => checkProgram(program, other, lowered(other), headers), /should be/);
  program.close();
});

t.test('classification in short', async (t) => {
  const { cases, failures } = classify({ shape: ['grid', 'fw1'], rules: [10, 300], flows: [256], strategy: '', rounds: 1, repeat: 256 });
  t.same(failures, []);
  t.same(cases.map(({ shape, asked }) => `${shape} ${asked}`), ['grid 10', 'fw1 10', 'grid 300', 'fw1 300']);
  for (const { traffic, bytes, load } of cases) {
    t.ok(traffic.every(({ samples }) => samples.length === 1));
    t.ok(bytes > 0 && load > 0);
  }
});

t.test('end to end in short: verdicts are seen to be right', async (t) => {
  const { times, remarks } = endToEnd(20, { rounds: 1, milliseconds: 1, only: ['no filter', 'legacy', 'tc', 'XDP'] });
  t.same(remarks, []);
  t.same(times.map(({ name }) => name), ['no filter', 'iptables-legacy', 'bpf-iptables at tc', 'bpf-iptables at XDP']);
  for (const { net } of times) t.same([...net.keys()], ['first', 'last', 'miss', 'uniform']);
});

t.test('established segments move the counter of the rule that accepts them, wherever it stands', async (t) => {
  const [RULES, SEGMENTS] = [300, 64];
  const lane = createLane('count');
  for (const place of PLACES) {
    const program = new TrackedProgram(lane, establishedRules(RULES, place));
    const [ends] = connections(RULES, 1);
    program.open(ends!);
    const before = program.packets();
    program.time(ends!, 'client', SEGMENTS);
    program.time(ends!, 'server', SEGMENTS);
    const moved = program.packets().flatMap((packets, slot) => (packets === before[slot] ? [] : [[slot, packets - before[slot]!]]));
    t.same(moved, [[{ [PLACES[0]]: 0, [PLACES[1]]: 2 }[place as string] ?? RULES, BigInt(2 * SEGMENTS)]], `${place}, ${program.plan.strategy.kind}`);
    program.close();
  }
  removeLane(lane);
});

t.test('exchanges in short', async (t) => {
  const hosts = createFilteredHosts('short');
  for (const standing of ['behind', 'on'] as const) {
    const { whole, failed } = exchange(wayTo(hosts, standing), 0, 100);
    t.ok(whole >= 32, `${whole} exchanges`);
    t.equal(failed, 0);
  }
  removeFilteredHosts(hosts);
});
