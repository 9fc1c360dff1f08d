/** Names of devices that an extension asks for, as xtables_parse_interface() reads them: `NAME`, `PREFIX+`, or empty. */
import { ParameterProblem } from '../../errors/errors.js';
import { byteLength, bytesOfText } from '../../net/byte-text.js';
import type { OptionUse } from '../extension.js';

const LONGEST = 15;
const NAME_BYTES = 16;

/** @throws ParameterProblem for one that is too long. @param warn takes a line about characters that no name has */
export function readDeviceName(use: OptionUse, warn?: (line: string) => void): string {
  const name = use.values[0] ?? '';
  if (byteLength(name) > LONGEST) throw new ParameterProblem(`interface name \`${name}' must be shorter than IFNAMSIZ (${LONGEST})`, use.span);
  if (/[/ ]/.test(name.replace(/\+$/, ''))) warn?.(`Warning: weird character in interface \`${name}' ('/' and ' ' are not allowed by the kernel).`);
  return name;
}

/** The bytes of a name, NUL padded, and which bits of them count, as big-endian numbers: of a whole name its NUL, too; of an empty one nothing. */
export interface NameWords {
  readonly name: readonly [bigint, bigint];
  readonly mask: readonly [bigint, bigint];
}

/** How the kernel compares `name` with a device's. */
export function nameWords(name: string): NameWords {
  const wildcard = name.endsWith('+');
  const bytes = bytesOfText(wildcard ? name.slice(0, -1) : name);
  const covered = name === '' ? 0 : wildcard ? bytes.length : bytes.length + 1;
  const padded = Buffer.alloc(NAME_BYTES);
  padded.set(bytes);
  const mask = Buffer.alloc(NAME_BYTES).fill(0xff, 0, covered);
  const words = (from: Buffer): readonly [bigint, bigint] => [from.readBigUInt64BE(0), from.readBigUInt64BE(8)];
  return { name: words(padded), mask: words(mask) };
}

/** The same of a device's name itself. */
export function sameName(wanted: string, device: string): boolean {
  const { name, mask } = nameWords(wanted);
  const given = nameWords(`${device}`).name;
  return name.every((word, index) => (given[index]! & mask[index]!) === word);
}
