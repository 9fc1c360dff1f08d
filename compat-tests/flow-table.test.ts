/**
 * The flow table at its limits: how it fills, whom it pushes out, when it refuses, what two CPUs do to it at once, and what user space may do.
 * Root.
 */
import t, { type Test } from 'tap';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KernelStore } from '../src/cli/kernel-store.js';
import { flowClock } from '../src/kernel/flows/clock.js';
import { countFlows, deleteFlows, FLOW_PART, flushFlows, insertFlows, listFlows, withFlowEditor } from '../src/kernel/flows/edit.js';
import { FLOW_ENTRY_SIZE } from '../src/kernel/flows/entry.js';
import { FLOW_STATUS, type Flow } from '../src/kernel/flows/flow.js';
import { flowStatistics, flowTableSize, withFlowMaps, type FlowStatistics } from '../src/kernel/flows/table.js';
import { jiffiesPerSecond } from '../src/kernel/kernel-facts.js';
import { realKernel } from '../src/kernel/real-kernel.js';
import { FLOW_WAYS } from '../src/link/stage-maps.js';
import { icmpError, icmpQuery } from '../src/net/icmp.js';
import { tcp, TCP_FLAG } from '../src/net/tcp.js';
import { udp } from '../src/net/udp.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { arrives, CLIENT, DUT0, ip } from './cases/packets.js';
import { exec, type ExecResult } from './harness/exec.js';
import { createNamespace, removeNamespace } from './harness/namespaces.js';
import { insideNamespace, openWire } from './harness/open-wire.js';
import { wireBytes, type TwinPacket } from './harness/packet.js';
import { requireRoot } from './harness/root.js';
import { createSide, removeSide, type Side } from './harness/side.js';
import type { Wire } from './harness/wire.js';
import { worldOf } from './harness/world.js';

requireRoot();
t.setTimeout(600_000);

const WORLD = worldOf(['eth0', 'eth1']);
const RULES = ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -m conntrack --ctstate NEW', '-A INPUT -p udp --dport 9999 -j DROP', 'COMMIT', ''].join('\n');
const SIZE = 128;
/** Of the first entry of a bucket: its key's family, its flow's lock. */
const [FAMILY_AT, LOCK_AT] = [64 + 39, 64 + 52];
const HZ = BigInt(jiffiesPerSecond());
const kernel = realKernel();

const datagram = (sport: number, dport = 9): TwinPacket => arrives('eth0', ip(CLIENT, DUT0, udp({ sport, dport }, new Uint8Array(8))));
const range = (count: number, from: number): number[] => Array.from({ length: count }, (_, index) => from + index);
const bytesOf = (address: string): Uint8Array => Uint8Array.from(address.split('.').map(Number));

/** A side under the rules, with room for `size` flows. */
class Table {
  readonly side: Side;
  private readonly wire: Wire;

  constructor(label: string, size: number) {
    this.side = createSide(label, WORLD);
    this.wire = openWire([{ kind: 'device-send', namespace: this.side.client, device: 'eth0' }]);
    this.commit(size);
  }

  inside<Result>(body: () => Result): Result {
    return insideNamespace(this.side.dut, body);
  }

  /** The rules once more, with room for `flows`; undefined: as it is. */
  commit(flows?: number): void {
    this.inside(() => {
      const store = new KernelStore(kernel, 'ipv4', flows === undefined ? {} : { flows });
      store.read();
      store.commit(readRuleset(RULES));
    });
  }

  async send(packets: readonly TwinPacket[]): Promise<void> {
    this.wire.send(packets.map((packet) => ({ endpoint: 0, bytes: wireBytes(WORLD, packet) })));
    await this.wire.drain();
  }

  list(): Flow[] {
    return this.inside(() => listFlows(kernel));
  }

  count(): number {
    return this.inside(() => countFlows(kernel));
  }

  now(): bigint {
    return flowClock(kernel);
  }

  insert(flows: readonly Flow[]): string[] {
    return this.inside(() => insertFlows(kernel, flows));
  }

  /** Of all CPUs. */
  counted(name: keyof FlowStatistics): number {
    return this.inside(() => flowStatistics(kernel)).reduce((sum, cpu) => sum + cpu[name], 0);
  }

  /** Entries of the table whose lock is held, by bucket and place; `held` says anew of each, used or not, whether it is. */
  locks(held?: (place: number, used: boolean) => boolean): string[] {
    return this.inside(() =>
      withFlowMaps<string[]>(kernel, [], ({ flows, buckets }) =>
        range(buckets, 0).flatMap((number) => {
          const key = new Uint8Array(Uint32Array.of(number).buffer);
          const bucket = kernel.mapLookup(flows, key)!;
          const view = new DataView(bucket.buffer, bucket.byteOffset);
          if (held !== undefined) {
            for (const place of range(FLOW_WAYS, 0)) view.setUint32(LOCK_AT + place * FLOW_ENTRY_SIZE, Number(held(place, bucket[FAMILY_AT + place * FLOW_ENTRY_SIZE] !== 0)), true);
            kernel.mapUpdate(flows, key, bucket, 0);
          }
          return range(FLOW_WAYS, 0).filter((place) => view.getUint32(LOCK_AT + place * FLOW_ENTRY_SIZE, true) !== 0).map((place) => `${number}.${place}`);
        }),
      ),
    );
  }

  /** Entries in use, those that are over too. */
  inUse(): number {
    return this.inside(() => withFlowEditor(kernel, 0, (editor) => editor.held()));
  }

  /** Packets that were NEW to the rules. */
  newSeen(): number {
    return this.inside(() => Number(new KernelStore(kernel, 'ipv4').read().chains.get('INPUT')!.rules[0]!.counters.packets));
  }

  /** An established, assured connection from outside, with `seconds` to live. */
  connection(sport: number, expires = flowClock(kernel) + 600n * HZ): Flow {
    const end = { end: 0, maxEnd: 0, maxWindow: 0, maxAck: 0, scale: 0, flags: 10 };
    const [client, dut] = [bytesOf(CLIENT), bytesOf(DUT0)];
    return {
      family: 'ipv4',
      proto: 6,
      original: { src: client, dst: dut, sport, dport: 80 },
      reply: { src: dut, dst: client, sport: 80, dport: sport },
      status: FLOW_STATUS.seenReply | FLOW_STATUS.assured,
      expires,
      mark: 0,
      id: 0,
      tcp: { state: 3, ends: [end, end] },
    };
  }

  close(): void {
    this.wire.close();
    removeSide(this.side);
  }
}

const sports = (flows: readonly Flow[]): number[] => flows.map(({ original }) => original.sport).sort((a, b) => a - b);

function withTable(name: string, size: number, body: (t: Test, table: Table) => Promise<void>): void {
  t.test(name, { timeout: 120_000 }, async (t) => {
    const table = new Table(name.replace(/\W+/g, '-').slice(0, 12), size);
    t.teardown(() => table.close());
    await body(t, table);
  });
}

withTable('fills', SIZE, async (t, table) => {
  t.equal(table.inside(() => flowTableSize(kernel)), SIZE);
  await table.send(range(40, 1000).map((sport) => datagram(sport)));
  await table.send(range(40, 1000).map((sport) => datagram(sport)));
  t.same(sports(table.list()), range(40, 1000), 'one flow for each pair of ends');
  t.equal(table.count(), 40);
  const [flow] = table.list().filter(({ original }) => original.sport === 1007);
  t.match(flow, { family: 'ipv4', proto: 17, original: { src: bytesOf(CLIENT), dst: bytesOf(DUT0), sport: 1007, dport: 9 }, reply: { sport: 9, dport: 1007 }, status: FLOW_STATUS.confirmed });
  t.equal(new Set(table.list().map(({ id }) => id)).size, 40, 'ids of their own');
  await table.send([datagram(2000, 9999)]);
  t.equal(table.count(), 40, 'a packet that is dropped leaves nothing');
  const counts = (): number[] => (['invalid', 'error'] as const).map((name) => table.counted(name));
  t.same(counts(), [0, 0]);
  await table.send([arrives('eth0', ip(CLIENT, DUT0, icmpQuery(0, 7, 1, new Uint8Array(8)))), arrives('eth0', ip(CLIENT, DUT0, icmpError(3, 1, ip(DUT0, CLIENT, udp({ sport: 1, dport: 2 }, new Uint8Array(8))))))]);
  t.same(counts(), [1, 1], 'an answer without a question, a report about no flow');
  t.equal(table.counted('early_drop') + table.counted('drop') + table.counted('insert_failed'), 0);
});

withTable('evicts what is not assured', SIZE, async (t, table) => {
  const assured = range(20, 100).map((sport) => table.connection(sport));
  t.same(new Set(table.insert(assured)), new Set(['done']));
  await table.send(range(500, 1000).map((sport) => datagram(sport)));
  t.equal(table.newSeen(), 500, 'every new flow has come through');
  t.equal(table.count(), SIZE, 'full, and no fuller');
  t.equal(table.counted('early_drop'), 20 + 500 - SIZE);
  t.same(sports(table.list().filter(({ proto }) => proto === 6)), range(20, 100), 'assured ones stay');
  t.ok(sports(table.list()).includes(1499), 'the last one is there');
});

withTable('refuses where all are assured', SIZE, async (t, table) => {
  t.same(new Set(table.insert(range(SIZE, 100).map((sport) => table.connection(sport)))), new Set(['done']));
  t.equal(table.counted('insert'), SIZE);
  await table.send(range(30, 1000).map((sport) => datagram(sport)));
  t.equal(table.newSeen(), 0, 'the rules do not see what there is no room for');
  t.equal(table.counted('drop'), 30);
  t.same(sports(table.list()), range(SIZE, 100));
  t.same(table.insert([table.connection(99)]), ['full']);
  const gone = table.list()[0]!;
  t.same(table.inside(() => deleteFlows(kernel, [gone, gone, { ...table.list()[1]!, id: 1 }])), ['done', 'none', 'none'], 'once, and only by its id');
  await table.send([datagram(1000)]);
  t.equal(table.newSeen(), 1, 'room again');
  t.equal(table.count(), SIZE);
});

withTable('forgets what is over', SIZE, async (t, table) => {
  const expires = table.now() + 3n * HZ;
  const late = range(SIZE - 1, 100).map((sport) => table.connection(sport, expires));
  const { tcp: _, ...datagrams } = { ...table.connection(5000, expires), proto: 17 };
  t.same(new Set(table.insert([...late, datagrams])), new Set(['done']));
  await sleep(3200);
  t.same(table.list(), [], 'not there for a listing');
  await table.send([datagram(5000, 80)]);
  t.equal(table.newSeen(), 1, 'nor for a packet');
  t.match(table.list(), [{ status: FLOW_STATUS.confirmed }], 'which begins a new flow');
  await table.send(range(400, 1000).map((sport) => datagram(sport)));
  t.equal(table.newSeen(), 401);
  t.equal(table.counted('drop'), 0, 'their room is had again');
  t.same(table.insert([{ ...table.connection(7), expires: table.now() - 1n }]), ['none'], 'what is over is not put in');
});

withTable('is swept by what comes', 1000, async (t, table) => {
  const expires = table.now() + 3n * HZ;
  table.insert(range(600, 100).map((sport) => table.connection(sport, expires)));
  await sleep(3200);
  t.equal(table.inUse(), 600, 'nothing has met them yet');
  await table.send(range(900, 1000).map((sport) => datagram(sport)));
  const left = table.inUse() - 900;
  t.equal(left, 0, '900 new flows have swept every bucket');
});

withTable('has no flow twice', 8192, async (t, table) => {
  const flood = `const s=[0,1].map(()=>require('dgram').createSocket({type:'udp4',reuseAddr:true}));`;
  const script = `${flood}let n=0;const go=()=>{if(n===3000)return s[0].close(),s[1].close();n++;s[0].send('x',20000+n,'127.0.0.1',go);};s[0].bind(4000,'127.0.0.1',go);s[1].unref();`;
  const one = (): Promise<number | null> => new Promise((done) => spawn('ip', ['netns', 'exec', table.side.dut, process.execPath, '-e', script], { stdio: 'inherit' }).once('exit', done));
  t.same(await Promise.all([one(), one(), one()]), [0, 0, 0]);
  const flows = table.list().filter(({ proto, original }) => proto === 17 && original.sport === 4000);
  t.equal(flows.length, 3000, 'three processes from the same ends');
  t.equal(new Set(flows.map(({ original }) => original.dport)).size, 3000);
  t.equal(table.count(), table.list().length, 'the count is that of the listing');
  t.equal(table.counted('insert_failed') + table.counted('unlocked'), 0);
});

withTable('leaves the locks of others', SIZE, async (t, table) => {
  const opening = table.connection(300);
  t.same(table.insert([{ ...opening, status: 0, tcp: { ...opening.tcp!, state: 1 } }]), ['done']);
  const locked = table.locks((_, used) => used);
  t.equal(locked.length, 1);
  await table.send([arrives('eth0', ip(CLIENT, DUT0, tcp({ sport: 300, dport: 80, seq: 1, ack: 1, flags: TCP_FLAG.rst })))]);
  t.equal(table.counted('unlocked'), 2, 'the step and what follows it go on without the lock');
  t.same(table.locks(), locked, 'which its holder still has');
  t.same(table.list(), [], 'the flow is over');
  t.equal(table.inUse(), 1, 'but freed by nobody who does not hold it');
  table.locks(() => false);
  await table.send(range(200, 1000).map((sport) => datagram(sport)));
  t.equal(table.counted('insert_failed'), 0);
  t.equal(table.inUse(), table.count(), 'in the end it is swept');
});

withTable('passes over places that others are at work on', SIZE, async (t, table) => {
  table.locks((place) => place === 0);
  await table.send([datagram(1000)]);
  t.same(sports(table.list()), [1000]);
  t.equal(table.counted('insert_failed'), 0);
  t.equal(table.counted('early_drop'), 0);
});

withTable('is edited by user space', SIZE, async (t, table) => {
  const flows = [table.connection(100), table.connection(101), { ...table.connection(102), status: 0 }];
  t.same(table.insert(flows), ['done', 'done', 'done']);
  const [opened] = [flows[1]!];
  t.same(table.insert([opened, { ...opened, original: opened.reply, reply: opened.original }]), ['exists', 'exists'], 'whoever opened it');
  const segment = (sport: number): TwinPacket => arrives('eth0', ip(CLIENT, DUT0, tcp({ sport, dport: 80, seq: 1, ack: 1, flags: TCP_FLAG.ack })));
  await table.send([segment(100)]);
  t.equal(table.newSeen(), 0, 'a packet of a flow put in is not new');
  const update = (flow: Flow, parts: number): string[] => table.inside(() => withFlowEditor<string[]>(kernel, [], (editor) => editor.update([flow], parts)));
  t.same(update({ ...flows[2]!, status: FLOW_STATUS.assured, mark: 77 }, FLOW_PART.mark | FLOW_PART.status), ['done']);
  t.match(table.list().filter(({ mark }) => mark === 77), [{ original: { sport: 102 }, status: FLOW_STATUS.assured | FLOW_STATUS.confirmed }]);
  t.same(update({ ...flows[2]!, expires: table.now() }, FLOW_PART.expires), ['done']);
  t.same(sports(table.list()), [100, 101], 'one whose time is set to now is over');
  t.same(update(flows[2]!, FLOW_PART.mark), ['none']);
  await table.send([datagram(1000)]);
  table.inside(() => flushFlows(kernel, 'ipv6'));
  t.equal(table.count(), 3, 'of another family');
  table.inside(() => flushFlows(kernel));
  t.equal(table.count(), 0);
  await table.send([datagram(1000)]);
  t.equal(table.newSeen(), 2, 'a flow flushed is new again');
});

withTable('outlives commits and grows', SIZE, async (t, table) => {
  table.insert(range(100, 100).map((sport) => table.connection(sport)));
  await table.send(range(20, 1000).map((sport) => datagram(sport)));
  const before = table.list();
  table.commit();
  t.same(sports(table.list()), sports(before), 'a commit of rules');
  table.commit(1000);
  t.equal(table.inside(() => flowTableSize(kernel)), 1000);
  t.same(sports(table.list()), sports(before), 'a commit with a larger table');
  await table.send(range(20, 1000).map((sport) => datagram(sport)));
  t.equal(table.newSeen(), 20, 'datagrams without answer are NEW, but of the flows there were');
  t.equal(table.count(), 120);
  table.commit();
  t.equal(table.inside(() => flowTableSize(kernel)), 1000, 'the size stays');
  await table.send(range(500, 2000).map((sport) => datagram(sport)));
  t.equal(table.count(), 620, 'and is used');
  const kept = sports(table.list());
  table.commit(40_000);
  t.same(sports(table.list()), kept, 'with one that is read in parts');
  t.throws(() => table.commit(SIZE), /620 flows are tracked/, 'a smaller one has no room for them');
  t.equal(table.count(), 620);
  t.equal(table.inside(() => flowTableSize(kernel)), 40_000);
});

t.test('is sized by a command', async (t) => {
  const namespace = createNamespace('sized');
  t.teardown(() => removeNamespace(namespace));
  const command = (...words: string[]): ExecResult => exec([process.execPath, path.resolve(import.meta.dirname, '../bundle/bin/bpf-iptables.js'), ...words], { namespace });
  t.match(command('conntrack', '--size', '1000'), { status: 1, stdout: '', stderr: /no table whose size could be changed/ }, 'a size is not taken and forgotten');
  t.equal(command('-A', 'INPUT', '-m', 'conntrack', '--ctstate', 'NEW').status, 0);
  t.match(command('conntrack', '--size', '1000'), { status: 0, stdout: 'conntrack: 0 of 1000 flows\n', stderr: '' });
  t.match(command('conntrack'), { status: 0, stdout: 'conntrack: 0 of 1000 flows\n' });
  for (const size of ['0', 'many']) t.match(command('conntrack', '--size', size), { status: 1, stdout: '', stderr: /a number from 1 to/ }, size);
});
