/**
 * `-m conntrack`: state, direction, ends, status and lifetime of the connection that a packet belongs to (kernel: xt_conntrack.c
 * revision 3). Addresses are those of IPv4.
 */
import type { MatchExtension } from '../extension.js';
import { ADDRESS_OPTIONS, OPTIONS, resolveConntrack, type ConntrackData } from './data.js';
import { evaluateConntrack, lowerConntrack } from './lower.js';
import { conntrackText } from './text.js';

export const conntrack: MatchExtension<ConntrackData> = {
  kind: 'match',
  name: 'conntrack',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: resolveConntrack,
  save: (data) => conntrackText(data, '--'),
  list: (data, numeric, nameOf = () => undefined) => conntrackText(data, '', numeric ? undefined : nameOf),
  addressesListed: (data) => ADDRESS_OPTIONS.flatMap((option) => (data[option] && data[option].addr !== 0n ? [data[option].addr] : [])),
  lower: lowerConntrack,
  evaluate: evaluateConntrack,
  help: () => `conntrack match options:
[!] --ctstate {INVALID|ESTABLISHED|NEW|RELATED|UNTRACKED|SNAT|DNAT}[,...]
                               State(s) to match
[!] --ctproto proto            Protocol to match; by number or name, e.g. "tcp"
[!] --ctorigsrc address[/mask]
[!] --ctorigdst address[/mask]
[!] --ctreplsrc address[/mask]
[!] --ctrepldst address[/mask]
                               Original/Reply source/destination address
[!] --ctorigsrcport port
[!] --ctorigdstport port
[!] --ctreplsrcport port
[!] --ctrepldstport port
                               TCP/UDP/SCTP orig./reply source/destination port
[!] --ctstatus {NONE|EXPECTED|SEEN_REPLY|ASSURED|CONFIRMED}[,...]
                               Status(es) to match
[!] --ctexpire time[:time]     Match remaining lifetime in seconds against
                               value or range of values (inclusive)
    --ctdir {ORIGINAL|REPLY}   Flow direction of packet
`,
};
