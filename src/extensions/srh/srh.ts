/** `-m srh`: the segment routing header, a routing header of type 4 (kernel: ip6t_srh.c srh1_mt6). */
import type { MatchExtension } from '../extension.js';
import { evaluate } from './evaluate.js';
import { lower } from './lower.js';
import { COMPARED, COMPARISONS, OPTIONS, SIDS, resolve, type SegmentRoutingData } from './resolve.js';
import { sidText } from './sid.js';

interface Printed {
  /** Option without its `--srh-`. */
  readonly name: string;
  readonly invert: boolean;
  readonly text: string;
}

/** What the rule asks, in the order in which iptables prints it. */
function numbers({ nextHeader, fields, tag }: SegmentRoutingData): readonly Printed[] {
  const one = (name: string, value: number, invert: boolean): Printed => ({ name, invert, text: String(value) });
  const compared = COMPARED.flatMap((field) => {
    const asked = fields[field];
    return COMPARISONS.flatMap((comparison) => {
      const invert = asked?.inverted[comparison];
      return asked === undefined || invert === undefined ? [] : [one(`${field}-${comparison}`, asked.value, invert)];
    });
  });
  return [...(nextHeader ? [one('next-hdr', nextHeader.value, nextHeader.invert)] : []), ...compared, ...(tag ? [one('tag', tag.value, tag.invert)] : [])];
}

function segments({ sids }: SegmentRoutingData): readonly Printed[] {
  return SIDS.flatMap((name) => {
    const sid = sids[name];
    return sid ? [{ name, invert: sid.invert, text: sidText(sid) }] : [];
  });
}

export const srh: MatchExtension<SegmentRoutingData> = {
  kind: 'match',
  name: 'srh',
  families: ['ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save: (data) => [...numbers(data), ...segments(data)].map(({ name, invert, text }) => `${invert ? ' !' : ''} --srh-${name} ${text}`).join(''),
  list: (data) => {
    const listedNumbers = numbers(data).map(({ name, invert, text }) => ` ${name}:${invert ? '!' : ''}${text}`);
    const listedSegments = segments(data).map(({ name, invert, text }) => ` ${name} ${invert ? '!' : ''} ${text}`);
    return ` srh${listedNumbers.join('')}${listedSegments.join('')}`;
  },
  lower,
  evaluate,
  help: () => `srh match options:
[!] --srh-next-hdr		next-hdr        Next Header value of SRH
[!] --srh-hdr-len-eq		hdr_len         Hdr Ext Len value of SRH
[!] --srh-hdr-len-gt		hdr_len         Hdr Ext Len value of SRH
[!] --srh-hdr-len-lt		hdr_len         Hdr Ext Len value of SRH
[!] --srh-segs-left-eq		segs_left       Segments Left value of SRH
[!] --srh-segs-left-gt		segs_left       Segments Left value of SRH
[!] --srh-segs-left-lt		segs_left       Segments Left value of SRH
[!] --srh-last-entry-eq 	last_entry      Last Entry value of SRH
[!] --srh-last-entry-gt 	last_entry      Last Entry value of SRH
[!] --srh-last-entry-lt 	last_entry      Last Entry value of SRH
[!] --srh-tag			tag             Tag value of SRH
[!] --srh-psid			addr[/mask]	SRH previous SID
[!] --srh-nsid			addr[/mask]	SRH next SID
[!] --srh-lsid			addr[/mask]	SRH Last SID
`,
};
