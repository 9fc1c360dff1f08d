/** Long messages with a word in each, and rules of `-m string` that just find it and just do not. */
import type { Family } from '../../src/ruleset/model.js';

export interface Message {
  readonly size: number;
  /** Where in it the word begins. */
  readonly at: number;
  readonly word: string;
}

/** IP header, TCP header with time stamps. */
const HEADERS: Readonly<Record<Family, number>> = { ipv4: 52, ipv6: 72 };
const SIZES = [9_000, 60_000];
const LONG = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);

/** Where words begin or end, counted from the IP header: pieces of 64 bytes, pages, parts of 32 KB; where the packet ends is asked for each size. */
const EDGES = [128, 4096, 8192, 32_768, 49_152];

export function messages(family: Family): readonly Message[] {
  const head = HEADERS[family];
  return SIZES.flatMap((size) => {
    const end = head + size;
    const begins = [...EDGES.filter((edge) => edge + 200 < end).flatMap((edge) => [edge - 8, edge - 4, edge - 1, edge]), end - 8];
    const short = begins.map((begin, index) => ({ size, at: begin - head, word: `word-${size / 1000}${String.fromCharCode(97 + index)}`.padEnd(8, '!') }));
    return [...short, { size, at: size - LONG.length, word: LONG.replace('abc', size === 9_000 ? 'ABC' : 'XYZ') }];
  });
}

export function rulesAbout(all: readonly Message[], family: Family): readonly string[] {
  return all.flatMap(({ at, word }, index) => {
    const [from, to] = [HEADERS[family] + at, HEADERS[family] + at + word.length];
    const string = `-m string --string ${JSON.stringify(word)} --algo kmp`;
    const edges = [`--from ${from}`, `--from ${from + 1}`, `--to ${to}`, `--to ${to - 1}`, `--from ${from} --to ${to}`, `--from ${from - 1} --to ${to - 1}`];
    return [string, `-m string --string ${JSON.stringify(word.toUpperCase())} --algo kmp --icase`, ...edges.filter((_, number) => (number + index) % 2 === 0 || index % 5 === 0).map((edge) => `${string} ${edge}`)];
  });
}

/** A rule's counter, before its text. */
export function counterText({ text, count }: { readonly text: string; readonly count: { readonly packets: bigint; readonly bytes: bigint } }): string {
  return `${count.packets} packets of ${count.bytes} bytes: ${text}`;
}
