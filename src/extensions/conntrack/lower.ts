/**
 * conntrack_mt() of the kernel. A packet without a conntrack entry (INVALID, UNTRACKED) is asked for its state alone: where that is an
 * option and holds, the rule matches whatever the other options say; without it the rule does not match.
 */
import { CT_STATE, CT_STATUS, type FieldName } from '../../ir/field.js';
import { FALSE, TRUE, any, eq, invertIf, masked, not, range, type Predicate, type Step } from '../../ir/predicate.js';
import { hostMask } from '../../net/address.js';
import type { PacketView } from '../../net/packet-view.js';
import type { Family } from '../../ruleset/model.js';
import { portMatches, portTest } from '../guided/ports.js';
import { wideMasked, type WideField } from '../guided/wide.js';
import { hasState, holdsWithoutEntry, stateTest } from '../guided/state-list.js';
import { addressMatches, type MaskedAddress } from './address.js';
import { ADDRESS_OPTIONS, PORT_OPTIONS, type ConntrackData } from './data.js';

const ADDRESS_OF: Readonly<Record<(typeof ADDRESS_OPTIONS)[number], WideField>> = {
  ctorigsrc: 'ctOrigSrc',
  ctorigdst: 'ctOrigDst',
  ctreplsrc: 'ctReplSrc',
  ctrepldst: 'ctReplDst',
};
const PORT_OF: Readonly<Record<(typeof PORT_OPTIONS)[number], FieldName>> = {
  ctorigsrcport: 'ctOrigSrcPort',
  ctorigdstport: 'ctOrigDstPort',
  ctreplsrcport: 'ctReplSrcPort',
  ctrepldstport: 'ctReplDstPort',
};

const NO_ENTRY = not(masked('ctState', CT_STATE.invalid | CT_STATE.untracked, 0));

function statusBits(names: readonly string[]): number {
  return Object.entries(CT_STATUS).reduce((bits, [name, bit]) => (names.includes(name) ? bits | bit : bits), 0);
}

function addressTest(field: WideField, { addr, mask }: MaskedAddress, family: Family): Predicate {
  if (family === 'ipv6') return wideMasked(field, mask, addr & mask);
  if (mask === 0n) return TRUE;
  return mask === hostMask(family) ? eq(field, addr) : masked(field, mask, addr & mask);
}

/** The tests of the entry, in the kernel's order. */
function entryTests(data: ConntrackData, family: Family): readonly Predicate[] {
  const { ctdir, ctproto, ctstatus, ctexpire } = data;
  const tests: Predicate[] = [];
  if (ctdir) tests.push(eq('ctDirection', ctdir === 'REPLY' ? 1 : 0));
  for (const option of ADDRESS_OPTIONS) {
    const asked = data[option];
    if (asked) tests.push(invertIf(asked.invert, addressTest(ADDRESS_OF[option], asked, family)));
  }
  if (ctproto) tests.push(invertIf(ctproto.invert, eq('ctProto', ctproto.number)));
  for (const option of PORT_OPTIONS) {
    const asked = data[option];
    if (asked) tests.push(portTest(PORT_OF[option], asked));
  }
  if (ctstatus) {
    const bits = statusBits(ctstatus.names);
    tests.push(invertIf(ctstatus.invert, bits === 0 ? FALSE : not(masked('ctStatus', bits, 0))));
  }
  if (ctexpire) tests.push(invertIf(ctexpire.invert, ctexpire.min > ctexpire.max ? FALSE : range('ctExpires', ctexpire.min, ctexpire.max)));
  return tests;
}

/** The tests of a rule: its states first, then those of the entry. */
export function lowerConntrack(data: ConntrackData, family: Family): readonly Step[] {
  const { ctstate } = data;
  const require = (predicate: Predicate): Step => ({ kind: 'require', predicate });
  const tests = entryTests(data, family);
  if (!ctstate) return [not(NO_ENTRY), ...tests].map(require);
  const others = holdsWithoutEntry(ctstate.names, ctstate.invert) ? tests.map((test) => any(NO_ENTRY, test)) : tests;
  return [stateTest(ctstate.names, ctstate.invert), ...others].map(require);
}

/** The oracle's answer. A packet that has an entry of which nothing is said has one with nothing but zeros. */
export function evaluateConntrack(data: ConntrackData, packet: PacketView): boolean {
  const { ctstate, ctdir, ctproto, ctstatus, ctexpire } = data;
  const { ctState, ctEntry } = packet.meta;
  if (ctstate && !hasState(packet, ctstate.names, ctstate.invert)) return false;
  if (ctState === 'INVALID' || ctState === 'UNTRACKED') return ctstate !== undefined;
  const nobody = { src: 0n, dst: 0n, sport: 0, dport: 0 };
  const { direction, protocol, original, reply, status, expires } = ctEntry ?? { direction: 'ORIGINAL', protocol: 0, original: nobody, reply: nobody, status: 0, expires: 0 };
  if (ctdir && ctdir !== direction) return false;
  const addresses = { ctorigsrc: original.src, ctorigdst: original.dst, ctreplsrc: reply.src, ctrepldst: reply.dst };
  for (const option of ADDRESS_OPTIONS) if (data[option] && !addressMatches(addresses[option], data[option])) return false;
  if (ctproto && (ctproto.number === protocol) === ctproto.invert) return false;
  const ports = { ctorigsrcport: original.sport, ctorigdstport: original.dport, ctreplsrcport: reply.sport, ctrepldstport: reply.dport };
  for (const option of PORT_OPTIONS) if (data[option] && !portMatches(ports[option], data[option])) return false;
  if (ctstatus && ((status & statusBits(ctstatus.names)) !== 0) === ctstatus.invert) return false;
  if (ctexpire && (expires >= ctexpire.min && expires <= ctexpire.max) === ctexpire.invert) return false;
  return true;
}
