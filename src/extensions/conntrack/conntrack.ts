/**
 * `-m conntrack`: state, direction, ends, status and lifetime of the connection that a packet belongs to (kernel: xt_conntrack.c
 * revision 3). One for each family: they read and write other addresses.
 */
import type { Family } from '../../ruleset/model.js';
import type { MatchExtension } from '../extension.js';
import { ADDRESS_OPTIONS, OPTIONS, resolveConntrack, type ConntrackData } from './data.js';
import { evaluateConntrack, lowerConntrack } from './lower.js';
import { conntrackText } from './text.js';

function conntrackOf(family: Family): MatchExtension<ConntrackData> {
  return {
    kind: 'match',
    name: 'conntrack',
    families: [family],
    effect: 'pure',
    options: OPTIONS,
    resolve: resolveConntrack,
    save: (data) => conntrackText(data, '--', family),
    list: (data, numeric, nameOf = () => undefined) => conntrackText(data, '', family, numeric ? undefined : nameOf),
    addressesListed: (data) => ADDRESS_OPTIONS.flatMap((option) => (data[option] && data[option].addr !== 0n ? [data[option].addr] : [])),
    lower: (data) => lowerConntrack(data, family),
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
}

export const conntrack = conntrackOf('ipv4');
export const conntrack6 = conntrackOf('ipv6');
