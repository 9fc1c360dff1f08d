import { existsSync } from 'node:fs';
import { classify, type Classification } from '../classification/measure.js';
import { classificationBars, classificationTable, extraBars, flowsName, timeOf } from '../classification/tables.js';
import type { Effort, Scenario, Series } from '../report/section.js';
import { memoryLatency } from '../memory-latency.js';
import { CLASSBENCH, UNIVERSITY } from '../shapes/all.js';

const MANY = 16_384;
const HOT = 1024;
const FLOWS = [MANY, HOT];
const PACKETS = 200_000;
/** About what the packets of 100,000 rules touch; and what a load from it cost on the machine the bars come from. */
const MEGABYTES = 8;
const BARS_SET_AT = 14;

function measured(shapes: readonly string[], rules: readonly number[], flows: readonly number[], effort: Effort): Classification {
  return classify({ shape: shapes, rules, flows, strategy: '', rounds: effort.rounds, repeat: PACKETS });
}

function curves({ cases }: Classification): Series[] {
  return [...new Set(cases.map(({ shape }) => shape))].map((name) => ({
    name,
    points: cases.filter(({ shape }) => shape === name).map((one) => [one.asked, Math.max(1, timeOf(one, flowsName(MANY))!)] as const),
  }));
}

const SHAPES = ['grid', ...CLASSBENCH, 'half', 'exact'];

/** One number of rules a part. */
export const CLASSIFICATION: Scenario = {
  name: 'classification',
  title: 'Classification alone',
  about:
    'ns per packet under `BPF_PROG_TEST_RUN` over the same program that only parses and drops: counters and verdicts included, packets in and out not. Traffic hits all rules alike, in random order, over 16,384 (1,024) different headers; ' +
    'first, last and miss are one header again and again. `grid` is the published 5-tuple cross product; `acl1`, `fw1`, `ipc1` are published ClassBench sets where they are at hand, own ones of their structure otherwise and for 100,000 rules; ' +
    '`half`: half the rules look at the source alone, half at the destination; `exact`: random 5-tuples; `small`: what small firewalls consist of. Before it is timed, every program is held against brute force: counters of all headers, verdicts of some.',
  chart: { kind: 'lines', x: 'rules', y: 'ns a packet over parse and drop', logarithmic: true },
  parts: ['1', '10', '16', '100', '1000', '10000', '100000'],
  run: (part, effort) => {
    const rules = Number(part);
    const before = memoryLatency(MEGABYTES);
    const result = measured(rules <= 100 ? [...SHAPES, 'small'] : SHAPES, [rules], FLOWS, effort);
    const latency = [before, memoryLatency(MEGABYTES)].map((value) => value.toFixed(0)).join(' and ');
    const memory = `${part} rules: a dependent load from ${MEGABYTES} MB took ${latency} ns before and after (${BARS_SET_AT} ns when the bars were set)`;
    return { tables: [classificationTable(result, FLOWS)], judgements: classificationBars(result, FLOWS), series: curves(result), remarks: [...(rules >= 10_000 ? [memory] : []), ...result.failures] };
  },
};

export const CHAINS: Scenario = {
  name: 'chains',
  title: 'Jumps, and matches that end nothing',
  about: 'The grid behind eight jumps to chains that match nothing and return (in a row; one within the other), and behind eight rules without a target that match every packet: what each adds. Measured as classification is.',
  chart: { kind: 'bars', x: 'what stands before the rules', y: 'ns a packet over parse and drop', logarithmic: false },
  parts: ['1000', '10000'],
  run: (part, effort) => {
    const result = measured(['grid', 'row', 'deep', 'counting'], [Number(part)], [MANY], effort);
    const points = result.cases.map((one, index) => [index + 1, timeOf(one, flowsName(MANY))!] as const);
    return { tables: [classificationTable(result, [MANY])], judgements: extraBars(result, [MANY]), series: [{ name: `${part} rules`, points }], labels: ['nothing', '8 jumps in a row', '8 jumps deep', '8 matches'], remarks: result.failures };
  },
};

/** A ruleset of a university's laboratory from 2015, which lies beside the repository where there is one; nothing is measured elsewhere. */
export const REAL_RULESET: Scenario = {
  name: 'university',
  title: 'A real ruleset',
  about: 'The filter table of a university laboratory (4,777 rules in 60 chains; INPUT and FORWARD; its rules about `recent`, `limit` and `sctp` and its LOG rules left out), 1,024 packets aimed at the bounds of all its rules. Measured as classification is; the oracle says what is right.',
  chart: { kind: 'bars', x: '', y: 'ns a packet over parse and drop', logarithmic: false },
  parts: [''],
  run: (_, effort) => {
    if (!existsSync(UNIVERSITY)) return { tables: [], judgements: [], series: [], remarks: ['not measured: the ruleset is not at hand'] };
    const result = measured(['university'], [0], [HOT], effort);
    return { tables: [classificationTable(result, [HOT])], judgements: [], series: [], remarks: result.failures };
  },
};
