import { LEGACY_TEXT, NFT_TEXT, NO_FILTER, own } from '../end-to-end/contenders.js';
import { timeOf } from '../end-to-end/tables.js';
import { raceTexts } from '../end-to-end/texts.js';
import { Random } from '../../../src/property/random.js';
import type { Scenario } from '../report/section.js';
import { gridRules } from '../shapes/grid.js';
import { spread } from '../statistics.js';
import { FlatWorkload } from '../workload.js';

const EMPTY = ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', 'COMMIT', ''].join('\n');

export const OVERHEAD: Scenario = {
  name: 'overhead',
  title: 'A firewall without rules',
  about: 'Every packet is forwarded by chains without rules and policy ACCEPT, which count it; what is there beyond the first line is what a firewall costs that has nothing to do. End to end, forwarding included.',
  chart: { kind: 'bars', x: '', y: 'ns a packet over the generator', logarithmic: false },
  parts: [''],
  run: (_, effort) => {
    const headers = new FlatWorkload('grid', gridRules(1000)).uniform(1024, new Random('overhead'));
    const result = raceTexts([NO_FILTER, LEGACY_TEXT, NFT_TEXT, own('tc'), own('xdp')], EMPTY, new Map([['forwarded', headers]]), () => true, effort);
    const base = result.times.find(({ name }) => name === NO_FILTER.name);
    return {
      tables: [{
        head: ['', 'ns a packet', 'over no filter, ns'],
        rows: result.times.map((times) => [times.name, spread(times.net.get('forwarded')!, 0), base === undefined ? '-' : (timeOf(times, 'forwarded') - timeOf(base, 'forwarded')).toFixed(0)]),
      }],
      judgements: [],
      series: [{ name: 'forwarded', points: result.times.map((times, index) => [index + 1, timeOf(times, 'forwarded')] as const) }],
      labels: result.times.map(({ name }) => name),
      remarks: result.failures,
    };
  },
};
