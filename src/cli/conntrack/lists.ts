/** Comma-separated words of the command line: statuses, events, outputs. conntrack takes any beginning of a word, in either case. */
import { FLOW_STATUS } from '../../kernel/flows/flow.js';
import { ConntrackProblem } from './problem.js';

type Words = readonly (readonly [string, number])[];

const STATUS_WORDS: Words = [
  ['ASSURED', FLOW_STATUS.assured],
  ['SEEN_REPLY', FLOW_STATUS.seenReply],
  ['UNSET', 0],
  ['FIXED_TIMEOUT', 1 << 10],
  ['EXPECTED', FLOW_STATUS.expected],
  ['OFFLOAD', 1 << 14],
  ['HW_OFFLOAD', 1 << 15],
];

export const EVENT = { new: 1, update: 2, destroy: 4 } as const;

const EVENT_WORDS: Words = [
  ['ALL', EVENT.new | EVENT.update | EVENT.destroy],
  ['NEW', EVENT.new],
  ['UPDATES', EVENT.update],
  ['DESTROY', EVENT.destroy],
];

export const OUTPUT = { xml: 1, extended: 2, timestamp: 4, id: 8, ktimestamp: 16, labels: 32, save: 64 } as const;

const OUTPUT_WORDS: Words = [
  ['xml', OUTPUT.xml],
  ['extended', OUTPUT.extended],
  ['timestamp', OUTPUT.timestamp],
  ['id', OUTPUT.id],
  ['ktimestamp', OUTPUT.ktimestamp],
  ['labels', OUTPUT.labels],
  ['userspace', 0],
  ['save', OUTPUT.save],
];

function bits(text: string, words: Words, whole: string, warn: (line: string) => void): number {
  const begun = (word: string): boolean => text !== '' && word.toLowerCase().startsWith(text.toLowerCase());
  for (const nat of ['SRC', 'DST']) {
    if (!begun(`${nat}_NAT`)) continue;
    warn(`WARNING: ignoring ${nat}_NAT, use --${nat.toLowerCase()}-nat instead\n`);
    return 0;
  }
  const found = words.find(([word]) => begun(word));
  if (!found) throw new ConntrackProblem(`Bad parameter \`${whole}'`);
  return found[1];
}

/** The parts of a list, each with the rest of the list from it on: that is what messages show. */
function* parts(text: string): Generator<{ readonly part: string; readonly rest: string }> {
  let rest = text;
  for (let comma = rest.indexOf(','); comma >= 0; comma = rest.indexOf(',')) {
    yield { part: rest.slice(0, comma), rest };
    rest = rest.slice(comma + 1);
  }
  yield { part: rest, rest };
}

function all(text: string, words: Words, warn: (line: string) => void): number {
  let value = 0;
  for (const { part, rest } of parts(text)) value |= bits(part, words, rest, warn);
  return value;
}

/** Bits of EVENT. @throws ConntrackProblem */
export function parseEvents(text: string, warn: (line: string) => void): number {
  return all(text, EVENT_WORDS, warn);
}

/** Bits of OUTPUT. @throws ConntrackProblem */
export function parseOutput(text: string, warn: (line: string) => void): number {
  return all(text, OUTPUT_WORDS, warn);
}

/** Statuses asked for, and those named as absent: `!WORD`, and UNREPLIED for SEEN_REPLY. @throws ConntrackProblem */
export function parseStatus(text: string, warn: (line: string) => void): { readonly set: number; readonly clear: number } {
  let set = 0;
  let clear = 0;
  for (const { part, rest } of parts(text)) {
    if (part.startsWith('!')) clear |= bits(part.slice(1), STATUS_WORDS, rest.slice(1), warn);
    else if (part.startsWith('UNREPLIED')) clear |= FLOW_STATUS.seenReply;
    else set |= bits(part, STATUS_WORDS, rest, warn);
  }
  return { set, clear };
}
