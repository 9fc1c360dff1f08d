/**
 * Vector files: what iptables makes of one rule specification, one line each, fields separated by ` ; `:
 *
 *     SPEC ; SAVED ; OK ; NUMERIC LISTING ; LISTING ; WARNINGS
 *     SPEC ; ; FAIL EXIT ; STDERR
 *
 * Only SPEC is written by hand; the rest is recorded by record.ts: NAME.vectors from the installed iptables-legacy, NAME.vectors6 from
 * ip6tables-legacy. SAVED is `=` where it is the SPEC itself. Listings are what follows the address columns. Newlines are written `␊`, NULs `␀`. `:CHAIN` on a line of its own
 * names the chain of the lines that follow (INPUT at first); `#` starts a comment line.
 */

import type { Family } from '../../ruleset/model.js';

export interface Vector {
  readonly chain: string;
  readonly spec: string;
  /** Undefined until recorded. */
  readonly outcome?: Accepted | Refused;
}

export interface Accepted {
  readonly kind: 'accepted';
  readonly saved: string;
  readonly listNumeric: string;
  readonly list: string;
  /** stderr of the accepted command, usually empty. */
  readonly warnings: string;
}

export interface Refused {
  readonly kind: 'refused';
  readonly exitCode: number;
  readonly stderr: string;
}

const SEPARATOR = ' ; ';

/** The family whose vectors a file has, or undefined where it is no such file. */
export function vectorFamily(file: string): Family | undefined {
  if (file.endsWith('.vectors')) return 'ipv4';
  return file.endsWith('.vectors6') ? 'ipv6' : undefined;
}

function escape(text: string): string {
  return text.replaceAll('\n', '␊').replaceAll('\0', '␀');
}

function unescape(text: string): string {
  return text.replaceAll('␊', '\n').replaceAll('␀', '\0');
}

function parseLine(line: string, chain: string): Vector {
  const [spec = '', saved, verdict, ...rest] = line.split(SEPARATOR);
  if (saved === undefined || verdict === undefined) return { chain, spec: line };
  if (verdict === 'OK') {
    const [listNumeric = '', list = '', warnings = ''] = rest;
    return {
      chain,
      spec,
      outcome: { kind: 'accepted', saved: saved === '=' ? spec : unescape(saved), listNumeric: unescape(listNumeric), list: unescape(list), warnings: unescape(warnings) },
    };
  }
  const exitCode = Number(/^FAIL (\d+)$/.exec(verdict)?.[1]);
  return { chain, spec, outcome: { kind: 'refused', exitCode, stderr: unescape(rest.join(SEPARATOR)) } };
}

/** The vectors of a file's text, in order. */
export function parseVectors(text: string): readonly Vector[] {
  const vectors: Vector[] = [];
  let chain = 'INPUT';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith(':')) chain = line.slice(1);
    else vectors.push(parseLine(line, chain));
  }
  return vectors;
}

/** One recorded line. */
export function formatVector({ spec, outcome }: Vector): string {
  if (!outcome) return spec;
  if (outcome.kind === 'refused') return [spec, '', `FAIL ${outcome.exitCode}`, escape(outcome.stderr)].join(SEPARATOR);
  const { saved, listNumeric, list, warnings } = outcome;
  return [spec, saved === spec ? '=' : escape(saved), 'OK', escape(listNumeric), escape(list), ...(warnings ? [escape(warnings)] : [])].join(SEPARATOR);
}

/** A SPEC as the shell would split it: blanks separate, `'...'` and `"..."` quote, `\` escapes outside single quotes. */
export function splitWords(spec: string): readonly string[] {
  const words: string[] = [];
  const piece = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(\s+)/gy;
  let word: string | undefined;
  for (const [, single, double, escaped, bare, blank] of spec.matchAll(piece)) {
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare ?? '');
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
