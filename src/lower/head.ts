/**
 * The head of a rule (struct ipt_ip, struct ip6t_ip6) as steps, in the order of the kernel's ip_packet_match() and ip6_packet_match():
 * source, destination, input device, output device, protocol, fragment.
 */
import { eq, invertIf, masked, all, range, TRUE, type Predicate, type Step } from '../ir/predicate.js';
import { ADDRESS_WORDS, L4_STATE, type FieldName } from '../ir/field.js';
import { bytesOfText } from '../net/byte-text.js';
import type { AddressMatch, Family, InterfaceMatch, ProtocolMatch, RuleHead } from '../ruleset/model.js';

const ALL_ONES_32 = 0xffff_ffffn;
/** IFNAMSIZ: 15 bytes of name and the NUL. */
const NAME_BYTES = 16;

/** One word of an address; a mask of zero asks nothing. */
function addressWord(field: FieldName, mask: bigint, addr: bigint): readonly Predicate[] {
  if (mask === 0n) return [];
  return [mask === ALL_ONES_32 ? eq(field, addr) : masked(field, mask, addr)];
}

/** `[!] -s/-d`: (field & mask) === addr. A mask of zero matches everything, and inverted nothing, as in the kernel. */
function address(end: keyof typeof ADDRESS_WORDS, match: AddressMatch, family: Family): Predicate {
  const words = family === 'ipv4' ? ADDRESS_WORDS[end].slice(0, 1) : ADDRESS_WORDS[end];
  const tests = words.flatMap((field, index) => {
    const shift = BigInt(32 * (words.length - 1 - index));
    return addressWord(field, (match.mask >> shift) & ALL_ONES_32, (match.addr >> shift) & ALL_ONES_32);
  });
  return invertIf(match.invert, tests.length === 0 ? TRUE : all(...tests));
}

/** Bytes `from`..`from + 8` of `bytes` as a big-endian number. */
function word(bytes: Uint8Array, from: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(from);
}

/** One word of a name compare: `covered` bytes of it count. */
function nameWord(field: FieldName, value: bigint, covered: number): readonly Predicate[] {
  if (covered <= 0) return [];
  if (covered >= 8) return [eq(field, value)];
  const mask = (ALL_ONES_32 * (1n << 32n) + ALL_ONES_32) & ~((1n << BigInt(64 - covered * 8)) - 1n);
  return [masked(field, mask, value & mask)];
}

/**
 * `[!] -i/-o NAME[+]` (ifname_compare over the interface mask): an exact name compares its terminating NUL as well, a wildcard
 * only its own bytes. The record's names are NUL padded, so a word that holds the NUL is compared whole.
 */
function device(direction: 'in' | 'out', match: InterfaceMatch): Predicate {
  const bytes = new Uint8Array(NAME_BYTES);
  const name = bytesOfText(match.name).subarray(0, NAME_BYTES - 1);
  bytes.set(name);
  const { length } = name;
  const covered = match.wildcard ? length : length < 8 ? 8 : NAME_BYTES;
  const tests = [
    ...nameWord(`${direction}IfaceHi`, word(bytes, 0), covered),
    ...nameWord(`${direction}IfaceLo`, word(bytes, 8), covered - 8),
  ];
  return invertIf(match.invert, tests.length === 0 ? TRUE : all(...tests));
}

const required = (predicate: Predicate): Step => ({ kind: 'require', predicate });

/** `-p all`: in IPv6 the protocol has to be found, whichever it is. */
const ALL = 0;

/** What IPv6 asks before it compares a protocol: whether ipv6_find_hdr() has found one. */
const PROTOCOL_FOUND: Step = { kind: 'hotdrop-if', predicate: masked('l4State', L4_STATE.protoCut, L4_STATE.protoCut) };

/** Lowers heads; equal protocols, of which there are few, become one and the same step. */
export class HeadLowering {
  /** @param family of the ruleset */
  constructor(private readonly family: Family) {}

  private readonly protocols = new Map<number, Step>();

  /** Appends the head's steps to `steps`, in the kernel's order. Tests that always hold are among them. */
  lower(head: RuleHead, steps: Step[]): void {
    if (head.src !== undefined) steps.push(required(address('src', head.src, this.family)));
    if (head.dst !== undefined) steps.push(required(address('dst', head.dst, this.family)));
    if (head.inIface !== undefined) steps.push(required(device('in', head.inIface)));
    if (head.outIface !== undefined) steps.push(required(device('out', head.outIface)));
    if (head.protocol !== undefined) {
      if (this.family === 'ipv6') steps.push(PROTOCOL_FOUND);
      if (head.protocol.number !== ALL) steps.push(this.protocol(head.protocol));
    }
    if (head.fragment !== undefined) steps.push(required(invertIf(head.fragment.invert, range('fragOffset', 1, 0x1fff))));
  }

  private protocol({ number, invert }: ProtocolMatch): Step {
    const key = invert ? ~number : number;
    const known = this.protocols.get(key);
    if (known !== undefined) return known;
    const step = required(invertIf(invert, eq('proto', number)));
    this.protocols.set(key, step);
    return step;
  }
}
