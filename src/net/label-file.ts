/**
 * The files in which iproute2 names numbers (/etc/iproute2/group, rt_realms), as libxtables reads them: a number up to 255, decimal or behind
 * `0x`, then a name. Lines that are not entries are skipped; of equal numbers or names the first counts.
 */
import { readFileSync } from 'node:fs';

/** A file that names numbers. */
export type LabelFile = 'group' | 'rt_realms';

interface Label {
  readonly id: number;
  readonly name: string;
}

const ENTRY = /^\s*(?:0x([0-9a-fA-F]+)|\+?([0-9]+))\s+([^\s#]\S*)/;
const MOST = 255;

/** The entries of such a text, in order. */
export function parseLabels(text: string): readonly Label[] {
  return text.split('\n').flatMap((line) => {
    const found = ENTRY.exec(line);
    const id = found ? (found[1] === undefined ? Number(found[2]) : Number.parseInt(found[1], 16)) : MOST + 1;
    return id <= MOST ? [{ id, name: found![3]! }] : [];
  });
}

const cached = new Map<LabelFile, readonly Label[]>();

function labels(file: LabelFile): readonly Label[] {
  const known = cached.get(file);
  if (known) return known;
  let text = '';
  try {
    text = readFileSync(`/etc/iproute2/${file}`, 'utf8');
  } catch {
    // No names then.
  }
  const read = parseLabels(text);
  cached.set(file, read);
  return read;
}

/** The number that `file` gives a name. */
export function labelId(file: LabelFile, name: string): number | undefined {
  return labels(file).find((label) => label.name === name)?.id;
}

/** The name that `file` has for a number. */
export function labelName(file: LabelFile, id: number): string | undefined {
  return labels(file).find((label) => label.id === id)?.name;
}
