/** The support table of README.md, from the registry: what is listed here is built, what is not is refused. */
import { allExtensions } from './registry.js';

/** Markdown: one row per extension with its long options; one for both families' where they have the same. */
export function supportTable(): string {
  const rows = allExtensions().map((extension) => {
    const options = extension.options.map((option) => `\`${option.invertible ? '[!] ' : ''}--${option.name}\``).join(' ');
    const kind = extension.kind === 'match' ? `match, ${extension.effect}` : 'target';
    return `| ${extension.name} | ${kind} | ${options === '' ? '(no options)' : options} |`;
  });
  return ['| extension | kind | options |', '|---|---|---|', ...new Set(rows)].join('\n');
}
