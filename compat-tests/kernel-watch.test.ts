/** The watcher against the running kernel, in a network namespace of its own: a new interface is covered, its address mirrored. Root. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { attachType } from '../src/kernel/catalog.js';
import { SlotOrigins } from '../src/kernel/counters.js';
import { USUAL_HOOK } from '../src/kernel/hook-setting.js';
import { openNamespace } from '../src/kernel/namespace.js';
import { realKernel } from '../src/kernel/real-kernel.js';
import { sharedMapName } from '../src/kernel/names.js';
import { rtnetlinkChanges, watch, type WatchEvent } from '../src/kernel/watch.js';
import { native } from '../src/native/native.js';
import { tinyGeneration } from './kernel-tiny-generation.js';

function ip(...words: string[]): void {
  const result = spawnSync('ip', words, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`ip ${words.join(' ')}: ${result.stderr}`);
}

const lockDirectory = mkdtempSync(join(tmpdir(), 'bpf-iptables-watch-'));
process.env['XTABLES_LOCKFILE'] = join(lockDirectory, 'lock');
t.teardown(() => rmSync(lockDirectory, { recursive: true }));
native().unshareNetwork();
ip('link', 'set', 'lo', 'up');
const kernel = realKernel();
const namespace = openNamespace(kernel);
namespace.commit('ipv4', { hook: USUAL_HOOK, text: '', generation: 2n, basedOn: undefined, spec: tinyGeneration(2n, kernel.cpus), slots: new SlotOrigins(1) });

/** The mirrored type of an IPv4 address, 0 = not there. */
function mirrored(address: readonly number[]): number {
  for (const id of native().progQuery(1, attachType('ingress')).ids) {
    const program = native().progFdById(id);
    const { mapIds } = native().progInfo(program);
    native().closeFd(program);
    for (const mapId of mapIds) {
      const map = native().mapFdById(mapId);
      const found = native().mapInfo(map).name === sharedMapName('addresses') ? native().mapLookup(map, Uint8Array.of(32, 0, 0, 0, ...address)) : undefined;
      native().closeFd(map);
      if (found) return found[0]!;
    }
  }
  return 0;
}

t.test('a new interface is covered and its address mirrored', async (t) => {
  const abort = new AbortController();
  const events = watch(namespace, rtnetlinkChanges(), abort.signal);
  /** Refreshes until `done`; a deadline of 5 s. */
  const until = async (done: (event: WatchEvent) => boolean): Promise<boolean> => {
    const deadline = Date.now() + 5000;
    for (;;) {
      const { value } = (await events.next()) as { value: WatchEvent | undefined };
      if (value?.kind === 'failed') throw value.error;
      if (value && done(value)) return true;
      if (!value || Date.now() > deadline) return false;
    }
  };
  t.ok(await until((event) => event.kind === 'refreshed' && event.names.length === 0), 'a first refresh');
  ip('link', 'add', 'bi-a2-x', 'type', 'veth', 'peer', 'name', 'bi-a2-y');
  t.ok(await until((event) => event.kind === 'refreshed' && event.names.includes('bi-a2-x')), 'covered');
  t.same(namespace.uncovered(), []);
  t.equal(mirrored([10, 9, 8, 7]), 0);
  ip('addr', 'add', '10.9.8.7/24', 'dev', 'bi-a2-x');
  ip('link', 'set', 'bi-a2-x', 'up');
  t.ok(await until(() => mirrored([10, 9, 8, 7]) === 2), 'local');
  ip('addr', 'del', '10.9.8.7/24', 'dev', 'bi-a2-x');
  t.ok(await until(() => mirrored([10, 9, 8, 7]) === 0), 'gone again');
  abort.abort();
  t.equal((await events.next()).done, true);
});
