/** Help texts against what `-m NAME -h` and `-j NAME -h` of iptables-legacy (help.recorded) and ip6tables-legacy (help6.recorded) were recorded to print (record-help.mjs). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Family } from '../../ruleset/model.js';
import { allExtensions } from '../registry.js';

/** Texts by `m:NAME` and `j:NAME`, each under a line `=== m:NAME`. */
function recorded(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(path.join(import.meta.dirname, file), 'utf8');
  const parts = text.split(/^=== (.*)\n/m).slice(1);
  return new Map(parts.flatMap((part, at) => (at % 2 === 0 ? [[part, parts[at + 1]!] as const] : [])));
}

describe.each<[Family, string]>([
  ['ipv4', 'help.recorded'],
  ['ipv6', 'help6.recorded'],
])('help of %s', (family, file) => {
  const texts = recorded(file);
  const extensions = allExtensions().filter(({ families }) => families.includes(family));

  it.each(extensions.map((extension) => [extension.name, extension] as const))('%s', (name, extension) => {
    const expected = texts.get(`${extension.kind === 'match' ? 'm' : 'j'}:${name}`);
    expect(expected).toBeTypeOf('string');
    expect(extension.help(family)).toBe(expected);
  });
});
