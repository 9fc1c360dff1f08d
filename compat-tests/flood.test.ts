/** A flood of packets that each begin a flow of their own breaks no connection, and takes no more memory than there is room for. Root. */
import t from 'tap';
import { own } from './bench/end-to-end/contenders.js';
import { floodTrial, RULES } from './flood/trial.js';
import { sweepDeadNamespaces } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';

requireRoot();
sweepDeadNamespaces();

const CONNECTIONS = 50;
/** More than four times as many as nf_conntrack has room for by itself. */
const PACKETS = 300_000;
const MOST_MEMORY = 64e6;

for (const kind of ['SYN', 'UDP'] as const) {
  t.test(`${PACKETS} flows, ${kind}`, { timeout: 300_000 }, async (t) => {
    const { phases, begun } = await floodTrial({ kind, connections: CONNECTIONS, packets: PACKETS, parts: 3, load: (lane) => own('tc').load(lane, RULES) });
    t.same(phases.map(({ alive }) => alive), phases.map(() => CONNECTIONS), 'every connection answers at all times');
    t.ok(phases.every(({ rounds }, index) => index === 0 || rounds > phases[index - 1]!.rounds), 'all of them talked between any two looks');
    t.equal(begun, BigInt(PACKETS), 'every packet of the flood began a flow');
    t.ok(phases.every(({ memory }) => memory > 0 && memory < MOST_MEMORY), `memory in MB: ${phases.map(({ memory }) => (memory / 1e6).toFixed(1)).join(', ')}`);
  });
}
