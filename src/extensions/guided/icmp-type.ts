/** ICMP types by name and number, for both families: how iptables reads, prints and lists them. */
import { ParameterProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';
import { readNumber } from './number.js';

export interface IcmpName {
  readonly name: string;
  readonly type: number;
  readonly codeMin: number;
  readonly codeMax: number;
}

/** Codes are inclusive; 0-255 where only the type was given. */
export type IcmpType = Omit<IcmpName, 'name'>;

/** A name for a type with every code. */
export function whole(type: number, name: string): IcmpName {
  return { name, type, codeMin: 0, codeMax: 255 };
}

/** A name for one code of a type. */
export function one(type: number, code: number, name: string): IcmpName {
  return { name, type, codeMin: code, codeMax: code };
}

/** The names of one family in the order in which iptables searches and lists them. */
export interface IcmpVocabulary {
  /** As messages call it. */
  readonly protocol: 'ICMP' | 'ICMPv6';
  readonly names: readonly IcmpName[];
}

/** A name or an unambiguous beginning of one, any case; else `TYPE`, `TYPE/CODE` or `TYPE/CODE:CODE`, numbers in any base. */
export function readIcmpType({ protocol, names }: IcmpVocabulary, use: OptionUse): IcmpType {
  const text = use.values[0] ?? '';
  const wanted = text.toLowerCase();
  const [first, second] = names.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  if (first && second) {
    throw new ParameterProblem(`Ambiguous ${protocol} type \`${text}': \`${first.name}' or \`${second.name}'?`, use.span);
  }
  if (!first) return byNumber(protocol, text, use);
  const { type, codeMin, codeMax } = first;
  return { type, codeMin, codeMax };
}

function byNumber(protocol: IcmpVocabulary['protocol'], text: string, use: OptionUse): IcmpType {
  const byte = (from: string, what: 'type' | 'code'): { value: number; rest: string } => {
    const read = readNumber(from);
    if (!read || read.value > 255n) throw new ParameterProblem(`Unknown ${protocol} ${what} \`${text}'`, use.span);
    return { value: Number(read.value), rest: read.rest };
  };
  const unknown = (rest: string): ParameterProblem => new ParameterProblem(`unknown character ${rest[0]}`, use.span);
  const type = byte(text, 'type');
  if (type.rest === '') return { type: type.value, codeMin: 0, codeMax: 255 };
  if (!type.rest.startsWith('/')) throw unknown(type.rest);
  const first = byte(type.rest.slice(1), 'code');
  if (first.rest === '') return { type: type.value, codeMin: first.value, codeMax: first.value };
  if (!first.rest.startsWith(':')) throw unknown(first.rest);
  const last = byte(first.rest.slice(1), 'code');
  if (last.rest !== '') throw unknown(last.rest);
  return { type: type.value, codeMin: first.value, codeMax: last.value };
}

/** The name that -L prints for a type and its codes. */
export function icmpTypeName({ names }: IcmpVocabulary, { type, codeMin, codeMax }: IcmpType): string | undefined {
  return names.find((n) => n.type === type && n.codeMin === codeMin && n.codeMax === codeMax)?.name;
}

/** `type 3 codes 0-4` */
export function icmpTypeNumbers({ type, codeMin, codeMax }: IcmpType): string {
  const codes = codeMin === codeMax ? ` code ${codeMin}` : codeMin !== 0 || codeMax !== 255 ? ` codes ${codeMin}-${codeMax}` : '';
  return `type ${type}${codes}`;
}

/** The list of the help: codes indented under their type, a second name of the same type in brackets. */
export function listIcmpNames(names: readonly IcmpName[]): string {
  let text = '';
  let previous: IcmpName | undefined;
  for (const entry of names) {
    const alias = previous?.type === entry.type && previous.codeMin === entry.codeMin && previous.codeMax === entry.codeMax;
    if (alias) text = `${text.slice(0, -1)} (${entry.name})\n`;
    else text += `${entry.codeMin === 0 && entry.codeMax === 255 ? '' : '   '}${entry.name}\n`;
    previous = entry;
  }
  return text;
}
