/** `-m hbh` and `-m dst`: length and options of the hop-by-hop and the destination options header (kernel: ip6t_hbh.c hbh_mt6, for both). */
import { ParameterProblem } from '../../errors/errors.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { extensionHeader, headerBytes } from './extension-header.js';
import { readOptions, type GuidedOption } from './guided-options.js';
import { readAnyNumber } from './number.js';
import { UINT32_MAX, readUint } from './uint.js';

const MOST_OPTIONS = 16;
/** The length of an option that may have any. */
const ANY_LENGTH = 255;
const PAD1 = 0;

export interface HeaderOption {
  readonly type: number;
  readonly length: number;
}

export interface OptionsHeaderData {
  readonly length?: { readonly bytes: number; readonly invert: boolean };
  readonly options?: readonly HeaderOption[];
}

/** What tells the two apart. */
export interface OptionsHeader {
  readonly name: 'hbh' | 'dst';
  /** Next-header value. */
  readonly number: number;
  /** What is said of a Pad1 option with a length. */
  readonly padWithLength: string;
  readonly help: string;
}

/** `TYPE[:LEN][,TYPE[:LEN]...]`; numbers are cut to 8 bits. */
function readHeaderOptions({ name, padWithLength }: OptionsHeader, use: OptionUse): readonly HeaderOption[] {
  const problem = (what: string): ParameterProblem => new ParameterProblem(what, use.span);
  const number = (text: string, what: 'opt' | 'length'): number => {
    const read = readAnyNumber(text);
    if (!read) throw problem(`${name}: no valid digits in ${what} \`${text}'`);
    if (read.value === undefined) throw problem(`${what} \`${text}' specified too big: would overflow`);
    if (read.rest !== '') throw problem(`${name}: error parsing ${what} \`${text}'`);
    return Number(read.value & 0xffn);
  };
  const words = (use.values[0] ?? '').split(',');
  const options = words.slice(0, MOST_OPTIONS).map((word, index) => {
    const colon = word.indexOf(':');
    if (colon >= 0 && index === MOST_OPTIONS - 1) throw problem('too many ports specified');
    const type = number(colon < 0 ? word : word.slice(0, colon), 'opt');
    if (colon < 0) return { type, length: ANY_LENGTH };
    if (type === PAD1) throw problem(padWithLength);
    return { type, length: number(word.slice(colon + 1), 'length') };
  });
  if (words.length > MOST_OPTIONS) throw problem('too many addresses specified');
  return options;
}

function optionsText(options: readonly HeaderOption[]): string {
  return options.map(({ type, length }) => (length === ANY_LENGTH ? `${type}` : `${type}:${length}`)).join(',');
}

/** Whether the header begins with these options, in this order. Options are taken to reach beyond its end only where they are the last asked for. */
function beginsWith(options: readonly HeaderOption[], header: Uint8Array): boolean {
  let at = 2;
  for (const [index, { type, length }] of options.entries()) {
    if (header[at] !== type) return false;
    if (type === PAD1) {
      at += 1;
    } else {
      const found = header[at + 1];
      if (found === undefined || (length !== ANY_LENGTH && found !== length)) return false;
      at += 2 + found;
    }
    if (index < options.length - 1 && at > header.length) return false;
  }
  return true;
}

function evaluate(number: number, { length, options }: OptionsHeaderData, packet: PacketView): boolean | 'hotdrop' {
  const header = extensionHeader(packet, number, 2);
  if (!(header instanceof Uint8Array)) return header;
  const bytes = headerBytes(header);
  if (length && (bytes === length.bytes) === length.invert) return false;
  return options === undefined || beginsWith(options, header.subarray(0, bytes));
}

/** Four options to a word, each its type and length. */
function packed(options: readonly HeaderOption[]): readonly bigint[] {
  return [0, 4, 8, 12].map((from) => options.slice(from, from + 4).reduce((word, { type, length }, index) => word | (BigInt((type << 8) | length) << BigInt(16 * index)), 0n));
}

/** The match on one of the two headers. */
export function optionsHeaderMatch(kind: OptionsHeader): MatchExtension<OptionsHeaderData> {
  const { name, number } = kind;
  const lengthOption = `${name}-len`;
  const optionsOption = `${name}-opts`;
  const specs: readonly GuidedOption[] = [
    { name: lengthOption, arity: 1, invertible: true },
    { name: optionsOption, arity: 1, invertible: false },
  ];
  return {
    kind: 'match',
    name,
    families: ['ipv6'],
    effect: 'pure',
    calls: true,
    options: specs,
    resolve: (uses) => {
      let length: OptionsHeaderData['length'];
      let options: OptionsHeaderData['options'];
      readOptions(name, specs, uses, {
        [lengthOption]: (use) => (length = { bytes: readUint(name, use, UINT32_MAX), invert: use.inverted }),
        [optionsOption]: (use) => (options = readHeaderOptions(kind, use)),
      });
      return { ...(length ? { length } : {}), ...(options ? { options } : {}) };
    },
    save: ({ length, options }) => {
      const saved = length ? `${length.invert ? ' !' : ''} --${lengthOption} ${length.bytes}` : '';
      return `${saved}${options ? ` --${optionsOption} ${optionsText(options)}` : ''}`;
    },
    list: ({ length, options }) => {
      const listed = length ? ` length:${length.invert ? '!' : ''}${length.bytes}` : '';
      return ` ${name}${listed}${options ? ` opts ${optionsText(options)}` : ''}`;
    },
    lower: ({ length, options = [] }) => {
      const words = [number, Number(length !== undefined), length?.bytes ?? 0, Number(length?.invert ?? false), options.length].map(BigInt);
      return [{ kind: 'call', stub: 'options_header', config: [...words, ...packed(options)], invert: false }];
    },
    evaluate: (data, packet) => evaluate(number, data, packet),
    help: () => kind.help,
  };
}
