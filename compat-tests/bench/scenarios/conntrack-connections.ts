import { LEGACY_TEXT, NO_FILTER, own, type TextContender } from '../end-to-end/contenders.js';
import { createFilteredHosts, PORT, removeFilteredHosts, wayTo, type FilteredHosts, type Standing } from '../exchanges/hosts.js';
import { exchange } from '../exchanges/program.js';
import { judge, note, type Effort, type Scenario } from '../report/section.js';
import { median, spread } from '../statistics.js';

/** What a small server's or gateway's ruleset begins with, in the chain that connections come by. */
const stateful = (chain: string): string[] => [
  `-A ${chain} -i lo -j ACCEPT`,
  `-A ${chain} -m conntrack --ctstate INVALID -j DROP`,
  `-A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  `-A ${chain} -p icmp -j ACCEPT`,
  `-A ${chain} -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT`,
  `-A ${chain} -p tcp -m tcp --dport ${PORT} -m conntrack --ctstate NEW -j ACCEPT`,
];
const RULES = ['*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ...stateful('INPUT'), ...stateful('FORWARD'), 'COMMIT', ''].join('\n');

const STANDINGS: Readonly<Record<Standing, string>> = { behind: 'forwarded', on: 'to the filter\'s own host' };
const CONTENDERS = [NO_FILTER, LEGACY_TEXT, own('tc')];
const BAR = 1;

interface Entry {
  readonly name: string;
  readonly hosts: FilteredHosts;
  readonly samples: number[];
  begun: number;
}

function enter({ name, load }: TextContender): Entry {
  const hosts = createFilteredHosts('exchange');
  load({ sender: hosts.client, port: 'c0', firewall: hosts.filter }, RULES);
  return { name, hosts, samples: [], begun: 0 };
}

function sample(entry: Entry, standing: Standing, milliseconds: number): number {
  const { whole, failed, perSecond } = exchange(wayTo(entry.hosts, standing), entry.begun, milliseconds);
  entry.begun += whole + failed;
  if (failed > 0) throw new Error(`${entry.name}, ${STANDINGS[standing]}: ${failed} of ${whole + failed} exchanges failed`);
  return perSecond;
}

function measured(standing: Standing, effort: Effort): Entry[] {
  const entries = CONTENDERS.map(enter);
  const milliseconds = effort.milliseconds * 25;
  for (const entry of entries) sample(entry, standing, milliseconds / 4);
  for (let number = 1; number <= effort.rounds; number++) {
    // The first of a round is another one each time.
    for (let turn = 0; turn < entries.length; turn++) {
      const entry = entries[(turn + number) % entries.length]!;
      entry.samples.push(sample(entry, standing, milliseconds));
    }
    note(`round ${number} of ${effort.rounds}`);
  }
  for (const { hosts } of entries) removeFilteredHosts(hosts);
  return entries;
}

export const CONNTRACK_CONNECTIONS: Scenario = {
  name: 'conntrack-connections',
  title: 'New connections a second',
  about:
    'Short exchanges over TCP, each a connection of its own: connect, a request of 100 bytes, an answer of 200, close; 32 at a time from 32 addresses. Client, filter and server share one core. Rules as a small server has them: `lo`, INVALID, established, ICMP, new ones to two ports, policy DROP. ' +
    'Exchanges a second; a run in which one fails does not count.',
  chart: { kind: 'bars', x: '', y: 'exchanges a second', logarithmic: false },
  parts: Object.keys(STANDINGS),
  run: (part, effort) => {
    const standing = part as Standing;
    const entries = measured(standing, effort);
    const [, legacy, tc] = entries;
    const shares = (entry: Entry): number[] => entry.samples.map((value, index) => value / legacy!.samples[index]!);
    return {
      tables: [{ head: ['way', '', 'exchanges a second', 'of iptables-legacy'], rows: entries.map((entry) => [STANDINGS[standing], entry.name, spread(entry.samples, 0), spread(shares(entry), 2)]) }],
      judgements: [judge(`connections ${STANDINGS[standing]}: ${tc!.name}, of iptables-legacy`, median(shares(tc!)), '>=', BAR, 'x', 2)],
      series: entries.map(({ name, samples }) => ({ name, points: [[Object.keys(STANDINGS).indexOf(standing) + 1, median(samples)] as const] })),
      labels: Object.values(STANDINGS),
      remarks: [],
    };
  },
};
