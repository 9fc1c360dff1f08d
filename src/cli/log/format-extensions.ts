/** Extension headers of IPv6 in the kernel's LOG line (kernel: dump_ipv6_packet()): fragments always, the others with --log-ip-options. */
import { readBe16, readBe32 } from '../../net/bytes.js';
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import { headerLength } from '../../net/ipv6-headers.js';
import { from, incomplete, LOG_FLAG, readable, type Stretch } from './stretch.js';

const OFFSET = 0xfff8;
const MORE = 1;
const SIZE = { fragment: 8, ah: 12, esp: 8 } as const;
const STEPPED_OVER: readonly number[] = [IPV6_HEADER.hopByHop, IPV6_HEADER.routing, IPV6_HEADER.fragment, IPV6_HEADER.esp, IPV6_HEADER.ah, IPV6_HEADER.destination];

/** Their text, then what stands behind them; or a text that breaks off. */
export type FormattedExtensions =
  | { readonly text: string; readonly brokenOff: true }
  | { readonly text: string; readonly brokenOff: false; readonly protocol: number; readonly behind: Stretch; readonly later: boolean };

/** What one header adds: its text, whether it ends the line, whether this is a later fragment. */
interface Shown {
  readonly text: string;
  readonly ends?: boolean;
  readonly later?: boolean;
}

function formatFragment(rest: Stretch): Shown {
  const header = readable(rest, 0, SIZE.fragment);
  if (header === undefined) return { text: 'FRAG:TRUNCATED ', ends: true };
  const word = readBe16(header, 2);
  const more = word & MORE ? 'INCOMPLETE ' : '';
  return { text: `FRAG:${word & OFFSET} ${more}ID:${readBe32(header, 4).toString(16).padStart(8, '0')} `, later: (word & OFFSET) !== 0 };
}

/** AH and ESP with --log-ip-options: the security parameter index at `at` of `size` bytes. */
function formatSecurity(name: string, rest: Stretch, later: boolean, size: number, at: number): Shown {
  if (later) return { text: `${name} )`, ends: true };
  const header = readable(rest, 0, size);
  return header === undefined ? { text: `${name} ${incomplete(rest)})`, ends: true } : { text: `${name} SPI=0x${readBe32(header, at).toString(16)} ` };
}

function formatOne(number: number, rest: Stretch, later: boolean, options: boolean): Shown {
  switch (number) {
    case IPV6_HEADER.fragment:
      return formatFragment(rest);
    case IPV6_HEADER.ah:
      return options ? formatSecurity('AH', rest, later, SIZE.ah, 4) : { text: '' };
    case IPV6_HEADER.esp: {
      // Nothing is known of what it hides.
      const shown = options ? formatSecurity('ESP', rest, later, SIZE.esp, 0) : { text: '' };
      return { text: shown.ends === true || !options ? shown.text : `${shown.text})`, ends: true };
    }
    default:
      return later ? { text: options ? ')' : '', ends: true } : { text: '' };
  }
}

/** @param flags XT_LOG_* */
export function formatExtensions(first: number, packet: Stretch, flags: number): FormattedExtensions {
  const options = (flags & LOG_FLAG.ipOptions) !== 0;
  let [text, number, behind, later] = ['', first, packet, false];
  while (STEPPED_OVER.includes(number)) {
    const start = readable(behind, 0, 2);
    if (start === undefined) return { text: `${text}TRUNCATED`, brokenOff: true };
    const shown = formatOne(number, behind, later, options);
    text += (options ? 'OPT ( ' : '') + shown.text;
    if (shown.ends === true) return { text, brokenOff: true };
    if (options) text += ') ';
    later ||= shown.later === true;
    behind = from(behind, headerLength(number, start[1]!));
    number = start[0]!;
  }
  return { text, brokenOff: false, protocol: number, behind, later };
}
