/** A flood by itself: `node run.js KIND CONNECTIONS PACKETS PARTS` prints what floodTrial returns, as JSON. Root. */
import { own } from '../bench/end-to-end/contenders.js';
import { requireRoot } from '../harness/root.js';
import { floodTrial, RULES } from './trial.js';

requireRoot();
const [kind, connections, packets, parts] = process.argv.slice(2);
const { phases, begun } = await floodTrial({
  kind: kind === 'UDP' ? 'UDP' : 'SYN', connections: Number(connections), packets: Number(packets), parts: Number(parts),
  load: (lane) => own('tc').load(lane, RULES),
  progress: ({ name, time, alive, memory }) => process.stderr.write(`${name}: ${time} ns, ${alive} alive, ${(memory / 1e6).toFixed(1)} MB\n`),
});
process.stdout.write(`${JSON.stringify({ phases, begun: Number(begun) })}\n`);
