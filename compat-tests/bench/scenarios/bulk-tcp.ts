import { spawn } from 'node:child_process';
import { execOk, inNamespace } from '../../harness/exec.js';
import { native } from '../../../src/native/native.js';
import { LEGACY_TEXT, NFT_TEXT, NO_FILTER, own, type TextContender } from '../end-to-end/contenders.js';
import { createHosts, removeHosts, SERVER, type Hosts } from '../end-to-end/hosts.js';
import { judge, note, type Scenario } from '../report/section.js';
import { median, spread } from '../statistics.js';

const PORT = 5201;
const RULES = [
  '*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]',
  '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT',
  `-A INPUT -p tcp -m tcp --dport ${PORT} -m conntrack --ctstate NEW -j ACCEPT`,
  'COMMIT', '',
].join('\n');
const SECONDS = 1;
const AT_LEAST = 0.95;

interface Report {
  readonly end: { readonly sum_received: { readonly bits_per_second: number } };
}

/** Gbit/s received of one iperf3 run, client and server on the calling core. */
function throughput({ lane, client }: Hosts): number {
  const [file, ...words] = inNamespace(lane.firewall, ['iperf3', '--server', '--one-off', '--port', String(PORT)]);
  const server = spawn(file!, words, { stdio: 'ignore' });
  try {
    // The server says nothing when it listens: the client is tried a few times.
    for (let attempt = 1; ; attempt++) {
      native().sleepMilliseconds(50);
      try {
        const said = execOk(['iperf3', '--client', SERVER, '--port', String(PORT), '--time', String(SECONDS), '--json'], { namespace: client });
        return (JSON.parse(said) as Report).end.sum_received.bits_per_second / 1e9;
      } catch (error) {
        if (attempt === 20) throw error;
      }
    }
  } finally {
    server.kill();
  }
}

interface Entry {
  readonly name: string;
  readonly hosts: Hosts;
  readonly samples: number[];
}

function enter(contender: TextContender): Entry {
  const hosts = createHosts('bulk');
  contender.load(hosts.lane, RULES);
  return { name: contender.name, hosts, samples: [] };
}

export const BULK_TCP: Scenario = {
  name: 'bulk-tcp',
  title: 'Bulk TCP to the host itself',
  about: 'iperf3 over a veth pair with its offloads (GSO packets of up to 64 KiB), one stream to a server behind `ESTABLISHED` first, `NEW` to its port, policy DROP; client and server share the core. Native XDP takes a veth\'s packets apart, which is why tc is the usual hook.',
  chart: { kind: 'bars', x: '', y: 'Gbit/s', logarithmic: false },
  parts: [''],
  run: (_, effort) => {
    const entries = [NO_FILTER, LEGACY_TEXT, NFT_TEXT, own('tc'), own('early-drop'), own('xdp')].map(enter);
    for (let number = 1; number <= effort.rounds; number++) {
      for (const entry of entries) entry.samples.push(throughput(entry.hosts));
      note(`round ${number} of ${effort.rounds}`);
    }
    for (const { hosts } of entries) removeHosts(hosts);
    const [free, , , tc] = entries;
    const shares = (entry: Entry): number[] => entry.samples.map((value, index) => value / free!.samples[index]!);
    return {
      tables: [{ head: ['', 'Gbit/s', 'of no filter'], rows: entries.map((entry) => [entry.name, spread(entry.samples), spread(shares(entry), 2)]) }],
      judgements: [judge(`${tc!.name}, share of no filter`, median(shares(tc!)), '>=', AT_LEAST, '', 2)],
      series: [{ name: 'Gbit/s', points: entries.map(({ samples }, index) => [index + 1, median(samples)] as const) }],
      labels: entries.map(({ name }) => name),
      remarks: [],
    };
  },
};
