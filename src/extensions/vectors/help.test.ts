/** Help texts against what `iptables-legacy -m NAME -h` and `-j NAME -h` were recorded to print behind the general help. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allExtensions } from '../registry.js';

/** Texts by `m:NAME` and `j:NAME`, each under a line `=== m:NAME`. */
function recorded(): ReadonlyMap<string, string> {
  const text = readFileSync(path.join(import.meta.dirname, 'help.recorded'), 'utf8');
  const parts = text.split(/^=== (.*)\n/m).slice(1);
  return new Map(parts.flatMap((part, at) => (at % 2 === 0 ? [[part, parts[at + 1]!] as const] : [])));
}

describe('help', () => {
  const texts = recorded();

  it.each(allExtensions().map((extension) => [extension.name, extension] as const))('%s', (name, extension) => {
    const expected = texts.get(`${extension.kind === 'match' ? 'm' : 'j'}:${name}`);
    expect(expected).toBeTypeOf('string');
    expect(extension.help()).toBe(expected);
  });
});
