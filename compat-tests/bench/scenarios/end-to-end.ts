import { endToEnd } from '../end-to-end/measure.js';
import { endToEndBars, endToEndSeries, endToEndTable } from '../end-to-end/tables.js';
import type { Scenario } from '../report/section.js';

/** One number of rules a part. */
export const END_TO_END: Scenario = {
  name: 'end-to-end',
  title: 'End to end: frames from a veth peer, dropped at the last rule',
  about:
    'Live frames (46 bytes, UDP) enter a namespace by a veth device with NAPI, 64 at a time, and end in chain FORWARD at the rule that drops them: the first, the last, any of all; those that match none are forwarded. ' +
    'All on one core, receiver and firewall included. The generator\'s own cost, measured in the same rounds with a receiver that drops at XDP at once, is taken off. Rules are the published 5-tuple cross product. ' +
    'Before timing, every frame is seen to arrive and to be dropped or forwarded as the rules say. iptables-nft with 100,000 rules is left out: over a millisecond a packet. ipset has no set type with both ports: it matches source, destination and destination port.',
  chart: { kind: 'lines', x: 'rules', y: 'ns a packet over the generator', logarithmic: true },
  parts: ['1', '10', '100', '1000', '10000', '100000'],
  run: (part, effort) => {
    const result = endToEnd(Number(part), effort);
    return { tables: [endToEndTable(result)], judgements: endToEndBars(result), series: endToEndSeries(result), remarks: result.remarks };
  },
};
