/** The flow table changes its size under connections that talk all the time, and under commands that are killed; strict rules stand in for lock-out. */
import t, { type Test } from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { countFlows } from '../src/kernel/flows/edit.js';
import { realKernel } from '../src/kernel/real-kernel.js';
import { inNamespace } from './harness/exec.js';
import { bpfIptables, restore, runCommand } from './harness/firewall.js';
import { insideNamespace } from './harness/open-wire.js';
import { requireRoot } from './harness/root.js';
import { createSide, removeSide } from './harness/side.js';
import { Talk } from './harness/talk.js';
import { worldOf } from './harness/world.js';

requireRoot();
t.setTimeout(600_000);

const SERVER = '10.200.1.2';
/** What is out of step never gets back in. */
const STRICT = [
  '*filter', ':FORWARD DROP', '-A FORWARD -m conntrack --ctstate INVALID -j DROP', '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT',
  '-A FORWARD -p tcp --syn -m conntrack --ctstate NEW -j ACCEPT', 'COMMIT', '',
].join('\n');

const FIREWALL = bpfIptables();
const side = createSide('resize', worldOf(['eth0', 'eth1']), { peersSpeak: true, arp: true });
t.teardown(() => removeSide(side));

/** `bpf-iptables conntrack --size`, beside this process; killed after so many milliseconds. */
async function resize(size: number, killAfter?: number): Promise<number | null> {
  const [file = '', ...args] = inNamespace(side.dut, [...FIREWALL.command, 'conntrack', '--size', String(size)]);
  const child = spawn(file, args, { stdio: 'ignore', env: { ...process.env, XTABLES_LOCKFILE: `/run/bic-${process.pid}.lock` } });
  const ended = once(child, 'exit');
  if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
  const [status] = (await ended) as [number | null];
  return status;
}

/** Says line after line, each as soon as the last has come back, until told to stop. */
function talkOn(talk: Talk): { stop(): Promise<number> } {
  let on = true;
  let said = 0;
  const done = (async () => {
    while (on && (await talk.echoes(`line ${said}`, 10_000))) said += 1;
  })();
  return {
    async stop() {
      on = false;
      await done;
      return said;
    },
  };
}

async function withTalk(t: Test, port: number, body: (talk: Talk) => Promise<void>): Promise<void> {
  restore(FIREWALL, side.dut, STRICT);
  const talk = await Talk.begin('tcp', side.client, side.server, SERVER, port);
  t.teardown(() => talk.end());
  await body(talk);
  t.ok(await talk.echoes('at the end'), 'the connection lives');
}

await t.test('connections that talk all the time go on', (t) =>
  withTalk(t, 7101, async (talk) => {
    const talking = talkOn(talk);
    for (const size of [60_001, 60_002, 1000, 60_003, 2000]) t.equal(await resize(size), 0, `to ${size}`);
    t.ok((await talking.stop()) > 5, 'it did talk');
  }),
);

await t.test('a command that is killed leaves the table before it, or the one after, with the flows', (t) =>
  withTalk(t, 7102, async (talk) => {
    const counted = (): number => insideNamespace(side.dut, () => countFlows(realKernel()));
    let whole = 0;
    for (let round = 0; round < 14; round += 1) {
      if ((await resize(30_000 + round, 100 + round * 90)) === 0) whole += 1;
      if (counted() === 0) t.fail(`round ${round}: no flows`);
      // The next commit goes on from what is in force.
      runCommand(FIREWALL, side.dut, ['-A', 'INPUT', '-p', 'tcp']);
      t.ok(await talk.echoes(`after round ${round}`), `round ${round}`);
    }
    t.comment(`${whole} of 14 came to their end before the kill`);
  }),
);
