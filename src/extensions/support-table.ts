/** The support table of README.md, from the registry: what is listed here is built, what is not is refused. */
import type { Family } from '../ruleset/model.js';
import type { AnyMatch, AnyTarget } from './extension.js';
import { allExtensions } from './registry.js';

const FAMILY_NAME: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** What a row says besides the families. */
function described(extension: AnyMatch | AnyTarget): string {
  const options = extension.options.map((option) => `\`${option.invertible ? '[!] ' : ''}--${option.name}\``).join(' ');
  const kind = extension.kind === 'match' ? `match, ${extension.effect}` : 'target';
  return `${kind} | ${options === '' ? '(no options)' : options}`;
}

/** Markdown: one row per extension with its long options; one for both families' where they have the same. */
export function supportTable(): string {
  const families = new Map<string, Set<Family>>();
  const key = (extension: AnyMatch | AnyTarget): string => `${extension.name} ${described(extension)}`;
  for (const extension of allExtensions()) for (const family of extension.families) families.set(key(extension), (families.get(key(extension)) ?? new Set()).add(family));
  const rows = allExtensions().map((extension) => `| ${extension.name} | ${[...families.get(key(extension))!].map((family) => FAMILY_NAME[family]).join(', ')} | ${described(extension)} |`);
  return ['| extension | families | kind | options |', '|---|---|---|---|', ...new Set(rows)].join('\n');
}
