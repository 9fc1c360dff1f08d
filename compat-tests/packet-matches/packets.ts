/** Packets for matches that read beyond the packet record: whole ones, cut ones, fragments. */
import { be16, be32, concatBytes } from '../../src/net/bytes.js';

/** What stands behind the IP header, and of the header what is not usual. */
export interface Wanted {
  readonly note: string;
  readonly protocol: number;
  readonly l4: Uint8Array;
  readonly fragmentOffset?: number;
  readonly tos?: number;
  readonly id?: number;
  readonly options?: Uint8Array;
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** Of one L4: whole, cut short before each byte count given, and the same bytes as a later fragment. */
function variants(protocol: number, note: string, l4: Uint8Array, cuts: readonly number[] = []): Wanted[] {
  return [
    { note, protocol, l4 },
    ...cuts.filter((cut) => cut < l4.length).map((cut) => ({ note: `${note}, ${cut} bytes`, protocol, l4: l4.subarray(0, cut) })),
    { note: `${note}, a later fragment`, protocol, l4, fragmentOffset: 9 },
  ];
}

function segment(flags: number, words: number, options = ''): Uint8Array {
  return concatBytes(be16(4000), be16(80), be32(1), be32(2), Uint8Array.of(words << 4, flags), be16(256), be16(0), be16(0), hex(options));
}

function datagram(payload: Uint8Array): Uint8Array {
  return concatBytes(be16(1), be16(53), be16(8 + payload.length), be16(0), payload);
}

export const TCP: readonly Wanted[] = [
  ...[0x02, 0x42, 0x82, 0xc2, 0x10].flatMap((flags) => variants(6, `tcp flags ${flags}`, segment(flags, 5), [0, 12, 13, 19])),
  ...['020405b4', '02040218', '02040000', '0204ffff', '01020405', '020305b4', '00000000', '01010101', '02000000'].flatMap((options) => variants(6, `tcp options ${options}`, segment(2, 6, options), [20, 23])),
  ...['0000000002040218', '0103020402180000', '0204021802040219', '08ff020402180000', '0800020402180000'].map((options) => ({ note: `tcp options ${options}`, protocol: 6, l4: segment(2, 7, options) })),
  { note: 'tcp header of 4 words', protocol: 6, l4: segment(2, 4) },
  { note: 'tcp header longer than the packet', protocol: 6, l4: segment(2, 15, '020405b4') },
  { note: 'tcp with 40 bytes of options', protocol: 6, l4: segment(2, 15, `${'01'.repeat(36)}02040218`) },
  ...[0, 1, 2, 3, 0xb8, 0xff].map((tos) => ({ note: `tos ${tos}`, protocol: 6, tos, l4: segment(0xc2, 6, '020405b4') })),
];

function association(...chunks: string[]): Uint8Array {
  return concatBytes(be16(1), be16(5), be32(9), be32(0), hex(chunks.join('')));
}

const [DATA, DATA_BE, INIT, SACK] = ['0000001000000000000000000000abcd', '0003001000000000000000000000abcd', '01000004', '03000004'] as const;
const [ABORT, ABORT_T, COMPLETE_T] = ['06000004', '06010004', '0e010004'] as const;

export const SCTP: readonly Wanted[] = [
  [DATA], [DATA_BE], [INIT], [SACK], [ABORT], [ABORT_T], [COMPLETE_T], [INIT, DATA], [DATA, INIT], [SACK, DATA_BE], [DATA, DATA_BE], [SACK, ABORT, COMPLETE_T], ['80000004', 'c0000004', 'c1000004'],
  ['40050004'], ['40ff0004', '40000004'], ['82000004', '84000004', 'c2000004'], ['00080004'], ['00070004'], ['01800004'], ['06810004'], ['00800004', '01000004', '03000004', '06000004'],
  Array.from({ length: 15 }, (_, type) => `${type.toString(16).padStart(2, '0')}000004`).concat('80000004', 'c0000004', 'c1000004'),
  [], ['01000000'], ['01000001', '03000002'], [SACK, '0000'], [SACK, '03000000'], ['01000190'], ['01000005aa'], ['03000005aa000000', DATA], ['ff000004'],
].flatMap((chunks) => variants(132, `sctp ${chunks.join(' ')}`, association(...chunks), [0, 4, 11]));

function dccp(words: number, type: number, extended: number, rest: string): Uint8Array {
  return concatBytes(be16(1), be16(5), Uint8Array.of(words, 0), be16(0), Uint8Array.of((type << 1) | extended, 0), be16(7), hex(rest));
}

export const DCCP: readonly Wanted[] = [
  ...Array.from({ length: 16 }, (_, type) => [0, 1].map((extended) => ({ note: `dccp type ${type} ${extended}`, protocol: 33, l4: dccp(12, type, extended, `${'00'.repeat(4)}${'0126'.repeat(16)}`) }))).flat(),
  ...variants(33, 'request with options', dccp(6, 0, 0, '0000000026040a0002030a00'), [0, 4, 11, 12, 16, 20]),
  ...variants(33, 'data without options', dccp(3, 2, 0, '')),
  ...variants(33, 'data with options', dccp(5, 2, 0, '0102ff0026000001'), [13]),
  { note: 'option that jumps the end', protocol: 33, l4: dccp(4, 2, 0, '20ff0126') },
  { note: 'option in the last byte', protocol: 33, l4: dccp(4, 2, 0, '000000ff') },
  { note: 'option length in the last byte is not read', protocol: 33, l4: dccp(4, 2, 0, '00000020') },
  { note: 'fixed part longer than the header', protocol: 33, l4: dccp(3, 0, 0, '00000000') },
  { note: 'header longer than the packet', protocol: 33, l4: dccp(200, 2, 0, '26040a00') },
  { note: '1008 bytes of options', protocol: 33, l4: dccp(255, 2, 0, `${'01'.repeat(1004)}26040000`) },
  { note: 'other ports', protocol: 33, l4: concatBytes(be16(65535), be16(80), dccp(3, 2, 0, '').subarray(4)) },
];

/** For matches that read anywhere in the packet. */
export const NUMBERS: readonly Wanted[] = [
  ...[0, 1, 3, 4, 5, 8, 9, 11, 12, 20, 40].flatMap((length) => variants(17, `udp, ${length} bytes`, datagram(Uint8Array.from({ length }, (_, at) => at * 37)), [0, 3, 4, 7])),
  ...[0x42, 0x02].map((flags) => ({ note: `tcp flags ${flags}`, protocol: 6, l4: segment(flags, 6, '020405b4') })),
  { note: 'ports and a number', protocol: 17, l4: concatBytes(be32(0x00010005), be32(0)) },
  { note: 'icmp', protocol: 1, l4: hex('0800f7ff00000000') },
  { note: 'tos', protocol: 17, tos: 0xff, l4: datagram(hex('ffffffff')) },
  { note: 'IP options', protocol: 6, options: hex('01010101'), l4: segment(2, 5) },
  ...Array.from({ length: 40 }, (_, id) => ({ note: `checksum, id ${id}`, protocol: 17, id: (0x9e3b * (id + 1)) & 0xffff, l4: datagram(hex('00')) })),
];

const text = (...parts: string[]): Uint8Array => datagram(Uint8Array.from(Buffer.from(parts.join(''), 'latin1')));
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** For strings: at the start, across pieces of 64 bytes from the IP header on, at the end, repeated, in other cases. */
export const TEXTS: readonly Wanted[] = [
  ...['', 'x', 'GET', 'GET /index.html', 'GeT', 'abc', 'ABC', 'abAbc', 'ABABAC', 'ABABABAC', 'say "hi"', 'back\\slash', "tick'tick", 'a|b', 'a b', '|41|', 'A|42', '\r\n', '\xe4\xdf', '\xc4\xbf', '\xff\0\xff', '\x005\x00', 'a\tb', '\xc3\xa9'].flatMap((word) =>
    [0, 29, 33, 34, 35, 36, 93, 97, 100, 228].map((before) => ({ note: `${JSON.stringify(word)} behind ${before} bytes`, protocol: 17, l4: text('.'.repeat(before), word, before % 2 ? '' : '....') })),
  ),
  ...['needle', 'needl', 'NEEDLE'].flatMap((word) => [4, 31, 32, 33, 95, 96, 97, 98, 99].map((before) => ({ note: `${word} behind ${before} bytes`, protocol: 17, l4: text('n'.repeat(before), word) }))),
  ...['q', 'x', 'a', '4', 'A'].flatMap((letter) => [62, 63, 64, 65, 126, 127, 128, 129, 300].flatMap((count) => ['', 'y', 'b'].map((end) => ({ note: `${count} ${letter}`, protocol: 17, l4: text(letter.repeat(count), end) })))),
  ...[0, 1, 35, 36, 63, 64, 200].flatMap((before) => [126, 128, 144].flatMap((length) => ['', 'up'].map((how) => {
    const pattern = ALPHABET.repeat(4).slice(0, length);
    return { note: `${length} of the alphabet behind ${before}`, protocol: 17, l4: text('-'.repeat(before), how === 'up' ? pattern.toUpperCase() : pattern) };
  }))),
  { note: 'a later fragment', protocol: 17, fragmentOffset: 9, l4: text('GET abc needle') },
  { note: 'tcp', protocol: 6, l4: concatBytes(segment(2, 5), Uint8Array.from(Buffer.from('GET /index.html abc'))) },
];

/** Of a protocol: one packet for each number, in the first bytes of its header, and of the first of them shorter ones. */
function indexed(protocol: number, note: string, header: (index: number) => Uint8Array, indexes: readonly number[], cuts: readonly number[]): Wanted[] {
  return indexes.flatMap((index, at) => (at === 0 ? variants(protocol, `${note} ${index}`, header(index), cuts) : [{ note: `${note} ${index}`, protocol, l4: header(index) }]));
}

const INDEXES = [5, 0, 1, 2, 3, 4, 6, 7, 8, 16, 499, 500, 501, 0xffff];

export const ESP: readonly Wanted[] = indexed(50, 'esp', (spi) => concatBytes(be32(spi), be32(1)), [...INDEXES, 0xffffffff], [0, 3, 4, 7]);
export const AH: readonly Wanted[] = indexed(51, 'ah', (spi) => concatBytes(hex('11040000'), be32(spi), be32(1), new Uint8Array(12)), [...INDEXES, 0xffffffff], [0, 7, 8, 11, 12]);
export const IPCOMP: readonly Wanted[] = indexed(108, 'ipcomp', (index) => concatBytes(hex('1100'), be16(index)), INDEXES, [0, 2, 3]);

export const OTHERS: readonly Wanted[] = [
  { note: 'udp', protocol: 17, l4: datagram(hex('00')) },
  { note: 'udp, IP options', protocol: 17, l4: datagram(hex('00')), options: hex('01010100') },
  { note: 'nothing', protocol: 6, l4: new Uint8Array() },
];
