/** The file a line of restore.vectors stands for. */

const ESCAPES = { n: '\n', t: '\t', r: '\r', 0: '\0' };

/** @param {string} spec @returns {{ flags: string[], content: Buffer }} */
export function expandFile(spec) {
  const counters = spec.startsWith('-c ');
  const text = (counters ? spec.slice(3) : spec)
    .replace(/\{(.+?)X(\d+)\}/g, (_, unit, times) => unit.repeat(Number(times)))
    // A backslash before any other character, itself included, stands for itself.
    .replace(/\\([ntr0])/g, (_, letter) => ESCAPES[letter]);
  return { flags: counters ? ['-c'] : [], content: Buffer.from(text) };
}
