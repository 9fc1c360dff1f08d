import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { FloodResult } from '../../flood/trial.js';
import { judge, note, type Scenario } from '../report/section.js';

const CONNECTIONS = 1000;
const PACKETS = 10_000_000;
const PARTS = 4;
const KINDS = ['SYN', 'UDP'] as const;
const MEMORY_BAR = 64;

/** By a process of its own: what talks meanwhile is waited for. @param packets @returns what floodTrial returned, its bigint as a number */
function flooded(kind: string, packets: number): { readonly phases: FloodResult['phases']; readonly begun: number } {
  const script = path.resolve(import.meta.dirname, '../../flood/run.js');
  const { stdout, status } = spawnSync(process.execPath, [script, kind, String(CONNECTIONS), String(packets), String(PARTS)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 1_200_000 });
  if (status !== 0) throw new Error(`the flood of ${kind} ended with ${status}`);
  return JSON.parse(stdout) as { phases: FloodResult['phases']; begun: number };
}

export const CONNTRACK_FLOOD: Scenario = {
  name: 'conntrack-flood',
  title: 'A flood of new flows beside established connections',
  about:
    '1,000 TCP connections carry data through the filter all the time, both ends in namespaces of their own; meanwhile 10 million packets come in by another device, each with a source address and port of its own, all accepted and forwarded to nowhere: SYNs, then UDP. ' +
    'A connection whose flow were forgotten would be broken, as only a SYN may begin one. ns a packet are those of the generator and of forwarding included: of 1,024 known flows before and after, of new ones in between. Memory is that of all maps of the filter\'s programs.',
  chart: { kind: 'bars', x: '', y: 'ns a packet', logarithmic: false },
  parts: [...KINDS],
  run: (part, effort) => {
    const packets = effort.milliseconds < 10 ? PACKETS / 20 : PACKETS;
    const { phases, begun } = flooded(part, packets);
    note(`${part}: ${begun} of ${packets} began a flow`);
    const least = Math.min(...phases.map(({ alive }) => alive));
    const most = Math.max(...phases.map(({ memory }) => memory)) / 1e6;
    return {
      tables: [{
        head: ['flood', 'when', 'ns a packet', 'connections alive', 'rounds of all of them', 'maps, MB'],
        rows: phases.map(({ name, time, alive, rounds, memory }) => [part, name, String(time), String(alive), String(rounds), (memory / 1e6).toFixed(1)]),
      }],
      judgements: [
        judge(`${part}: packets that began a flow`, begun, '>=', packets, ''),
        judge(`${part}: connections alive at all times`, least, '>=', CONNECTIONS, ''),
        judge(`${part}: memory of all maps`, most, '<=', MEMORY_BAR, ' MB', 1),
      ],
      series: phases.map(({ name, time }) => ({ name: name.replace(/^(\w+).*/, '$1'), points: [[KINDS.indexOf(part as (typeof KINDS)[number]) + 1, time] as const] })).filter(({ name }, index, all) => all.findLastIndex((each) => each.name === name) === index),
      labels: [...KINDS],
      remarks: [],
    };
  },
};
