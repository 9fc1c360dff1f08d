import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { execOk } from '../../harness/exec.js';
import { native } from '../../../src/native/native.js';
import { formatIpv4Address } from '../../../src/net/ipv4-address.js';
import { LEGACY_TEXT, NFT_TEXT, own } from '../end-to-end/contenders.js';
import { createHosts, removeHosts, type Hosts } from '../end-to-end/hosts.js';
import { frameCounts, type Lane } from '../end-to-end/lane.js';
import { note, type Effort, type Scenario } from '../report/section.js';
import { median, spread } from '../statistics.js';
import { blacklist } from './blacklist.js';

const PORT = 80;
const RATES = [0, 100_000, 200_000, 400_000, 800_000];
const entries = blacklist().map(({ src, sport }) => ({ address: formatIpv4Address(BigInt(src)), sport }));

/** A save file: `first` in INPUT, then established connections and new ones to the service. */
function rulesText(first: readonly string[]): string {
  return [
    '*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...first,
    '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT', `-A INPUT -p tcp -m tcp --dport ${PORT} -m conntrack --ctstate NEW -j ACCEPT`, 'COMMIT', '',
  ].join('\n');
}

const RULES = rulesText(entries.map(({ address, sport }) => `-A INPUT -s ${address}/32 -p udp -m udp --sport ${sport} -j DROP`));

interface Defender {
  readonly name: string;
  load(lane: Lane): void;
}

const IPSET: Defender = {
  name: 'ipset and one rule',
  load: (lane) => {
    const set = ['create blacklist hash:ip,port hashsize 4096 counters', ...entries.map(({ address, sport }) => `add blacklist ${address},udp:${sport}`), ''];
    execOk(['ipset', 'restore'], { namespace: lane.firewall, input: set.join('\n') });
    LEGACY_TEXT.load(lane, rulesText(['-A INPUT -m set --match-set blacklist src,src -j DROP']));
  },
};

const NFT_SET: Defender = {
  name: 'nft set',
  load: (lane) => {
    const elements = entries.map(({ address, sport }) => `${address} . ${sport}`).join(', ');
    const text = `table ip bench {\n set blacklist { type ipv4_addr . inet_service; elements = { ${elements} }; }\n chain input { type filter hook input priority 0; policy accept;\n` +
      `  ip saddr . udp sport @blacklist drop\n  ct state established accept\n  tcp dport ${PORT} ct state new accept\n }\n}\n`;
    execOk(['nft', '-f', '-'], { namespace: lane.firewall, input: text });
  },
};

const DEFENDERS: readonly Defender[] = [
  ...[LEGACY_TEXT, NFT_TEXT].map(({ name, load }): Defender => ({ name, load: (lane) => load(lane, RULES) })),
  IPSET,
  NFT_SET,
  ...(['tc', 'early-drop', 'xdp'] as const).map((mode): Defender => ({ name: own(mode).name, load: (lane) => own(mode).load(lane, RULES) })),
];

const script = (name: string): string => path.resolve(import.meta.dirname, '../end-to-end', `${name}.js`);

/** Runs `action` while the flood is on. It has the core whenever it wants, as packets of a network card have. */
function whileFlooded<T>({ lane }: Hosts, rate: number, action: () => T): T {
  let flood: ChildProcess | undefined;
  if (rate > 0) {
    flood = spawn('chrt', ['--fifo', '50', process.execPath, script('flood'), lane.sender, lane.port, String(rate)], { stdio: ['ignore', 'ignore', 'inherit'] });
    native().sleepMilliseconds(400);
  }
  try {
    return action();
  } finally {
    flood?.kill('SIGKILL');
  }
}

interface Sample {
  /** Answers a second. */
  readonly answers: number;
  /** Flood packets a second that arrived. */
  readonly arrived: number;
}

function sample(hosts: Hosts, rate: number, milliseconds: number): Sample {
  return whileFlooded(hosts, rate, () => {
    const before = frameCounts(hosts.lane);
    const start = performance.now();
    const { stdout, status } = spawnSync(process.execPath, [script('service'), hosts.lane.firewall, hosts.client, String(PORT), String(milliseconds)], { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'inherit'] });
    const arrived = ((frameCounts(hosts.lane).arrived - before.arrived) * 1000) / (performance.now() - start);
    return { answers: status === 0 ? Number(stdout) : 0, arrived };
  });
}

interface Entry {
  readonly name: string;
  readonly hosts: Hosts;
  readonly samples: Sample[];
}

function enter(defender: Defender): Entry {
  const hosts = createHosts('ddos');
  defender.load(hosts.lane);
  return { name: defender.name, hosts, samples: [] };
}

function measured(rate: number, effort: Effort): Entry[] {
  const all = DEFENDERS.map(enter);
  for (let number = 1; number <= effort.rounds; number++) {
    for (const { hosts, samples } of all) samples.push(sample(hosts, rate, effort.milliseconds * 20));
    note(`round ${number} of ${effort.rounds}`);
  }
  for (const { hosts } of all) removeHosts(hosts);
  return all;
}

const answersOf = ({ samples }: Entry): number[] => samples.map(({ answers }) => answers);
const arrivedOf = ({ samples }: Entry): number => median(samples.map(({ arrived }) => arrived));

export const DDOS: Scenario = {
  name: 'ddos',
  title: 'A TCP service under a flood from 1000 blacklisted sources',
  about:
    'The published DDoS scenario, scaled to one core: INPUT drops 1000 sources (address and UDP port), then come established connections and new ones to the service. A flood of those sources arrives in 25 bursts a second and goes before all else, as packets of a network card do; ' +
    'a service on the same core echoes messages of 64 bytes over 16 connections: answers a second, least and most, and how many flood packets arrived a second: less than what was asked where the core had no time left for them. What the generator takes is the same for all.',
  chart: { kind: 'lines', x: 'flood, packets a second asked for', y: 'answers a second', logarithmic: false },
  parts: RATES.map(String),
  run: (part, effort) => {
    const rate = Number(part);
    const all = measured(rate, effort);
    return {
      tables: [{ head: ['flood', ...all.map(({ name }) => name)], rows: [[part, ...all.map((entry) => `${spread(answersOf(entry), 0)}${rate === 0 ? '' : ` at ${Math.round(arrivedOf(entry) / 1000)}k`}`)]] }],
      judgements: [],
      series: all.map((entry) => ({ name: entry.name, points: [[rate, median(answersOf(entry))] as const] })),
      remarks: [],
    };
  },
};
