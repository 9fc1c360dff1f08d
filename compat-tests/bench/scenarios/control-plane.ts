import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TIMED_RULESETS, type TimedRuleset } from '../control-plane/rulesets.js';
import { peakMemory, timeNode, timeRound, type Times } from '../control-plane/timing.js';
import { bpfIptables, LEGACY } from '../../harness/firewall.js';
import { judge, type Effort, type Scenario, type Section } from '../report/section.js';
import { median, spread } from '../statistics.js';

/** 1 GiB in MB. */
const MEMORY_BAR = 1074;

type Findings = Omit<Section, 'scenario' | 'part' | 'command'>;

function measure(part: string, { text, timesLegacy, appendBar }: TimedRuleset, file: string, { rounds }: Effort): Findings {
  writeFileSync(file, text);
  const ours = bpfIptables();
  const [node, legacy, own]: [number[], Times, Times] = [[], { restore: [], append: [] }, { restore: [], append: [] }];
  // A first round of each warms up what is kept between calls (types of the kernel, file cache).
  timeRound(ours, file, { restore: [], append: [] });
  for (let round = 0; round < rounds; round++) {
    node.push(timeNode());
    timeRound(LEGACY, file, legacy);
    timeRound(ours, file, own);
  }
  const memory = peakMemory(ours, file);
  const bar = Math.round(median(legacy.restore) * timesLegacy + median(node));
  const row = (name: string, times: readonly number[]): readonly string[] => [name, spread(times, 0)];
  return {
    tables: [{
      head: [`${part}: command`, 'ms'],
      rows: [row('node -e 0', node), row('iptables-legacy-restore', legacy.restore), row('bpf-iptables-restore', own.restore), row('iptables-legacy -A', legacy.append), row('bpf-iptables -A', own.append)],
    }],
    judgements: [
      judge(`${part}: restore, ${timesLegacy} x legacy + node`, median(own.restore), '<=', bar, ' ms'),
      ...(appendBar === undefined ? [] : [judge(`${part}: append`, median(own.append), '<=', appendBar, ' ms')]),
      judge(`${part}: peak memory`, memory, '<=', MEMORY_BAR, ' MB'),
    ],
    series: [['iptables-legacy-restore', legacy.restore], ['bpf-iptables-restore', own.restore], ['bpf-iptables -A', own.append]].map(([name, times]) => ({
      name: name as string,
      points: [[Number(part) || text.split('\n').length, median(times as number[])] as const],
    })),
    remarks: [],
  };
}

export const CONTROL_PLANE: Scenario = {
  name: 'control-plane',
  title: 'Commands: how long they take',
  about: 'Whole processes from start to end, each round in a new namespace: restoring exact 5-tuples and the filter table of a real university network, then appending one rule. The bars allow for the start of node itself.',
  chart: { kind: 'lines', x: 'rules', y: 'ms', logarithmic: true },
  parts: Object.keys(TIMED_RULESETS),
  run: (part, effort) => {
    const ruleset = TIMED_RULESETS[part]!();
    if (!ruleset) return { tables: [], judgements: [], series: [], remarks: [`${part}: the rules file is not beside the repository`] };
    const directory = mkdtempSync(path.join(tmpdir(), 'bi-control-'));
    try {
      return measure(part, ruleset, path.join(directory, 'rules'), effort);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
};
