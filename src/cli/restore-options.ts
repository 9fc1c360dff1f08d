/** The options of `iptables-restore`. */
import { readFileSync } from 'node:fs';
import { IptablesError, ParameterProblem } from '../errors/errors.js';
import { versionText } from './error-text.js';
import { fileErrorText } from './file-error.js';
import { getopt } from './getopt.js';
import type { OptionRow } from './getopt.js';
import type { Host } from './host.js';

const OPTIONS: readonly OptionRow[] = [
  { short: 'c', long: 'counters', argument: 'none' },
  { short: 'v', long: 'verbose', argument: 'none' },
  { short: 'V', long: 'version', argument: 'none' },
  { short: 't', long: 'test', argument: 'none' },
  { short: 'h', long: 'help', argument: 'none' },
  { short: 'n', long: 'noflush', argument: 'none' },
  { short: 'M', long: 'modprobe', argument: 'required' },
  { short: 'T', long: 'table', argument: 'required' },
  { short: 'w', long: 'wait', argument: 'word' },
  { short: 'W', long: 'wait-interval', argument: 'word' },
  { short: 'b', argument: 'none' },
];

const usage = (program: string): string => `Usage: ${program} [-c] [-v] [-V] [-t] [-h] [-n] [-w secs] [-W usecs] [-T table] [-M command] [file]
\t   [ --counters ]
\t   [ --verbose ]
\t   [ --version]
\t   [ --test ]
\t   [ --help ]
\t   [ --noflush ]
\t   [ --wait=<seconds>
\t   [ --table=<TABLE> ]
\t   [ --modprobe=<command> ]
`;

export interface RestoreOptions {
  readonly counters: boolean;
  readonly verbose: boolean;
  readonly test: boolean;
  readonly noflush: boolean;
  /** -T: only this table. */
  readonly table?: string | undefined;
  /** Seconds; undefined or 0 = without limit. */
  readonly wait: number | undefined;
  /** Undefined = standard input. */
  readonly file?: string | undefined;
}

/** Reads argv. @returns undefined when -h or -V was answered. @throws GetoptError, ParameterProblem, IptablesError */
export function restoreOptions(argv: readonly string[], host: Host, program: string): RestoreOptions | undefined {
  const seen = new Set<string>();
  const words: string[] = [];
  let table: string | undefined;
  let wait: number | undefined;
  for (const item of getopt(argv, OPTIONS)) {
    if ('word' in item) {
      words.push(item.word);
      continue;
    }
    seen.add(item.short);
    if (item.short === 'h') {
      host.err(usage(program));
      return undefined;
    }
    if (item.short === 'V') {
      host.out(`${versionText(program)}\n`);
      return undefined;
    }
    if (item.short === 'b') host.err('-b/--binary option is not implemented\n');
    if (item.short === 'T') table = item.value!;
    if (item.short === 'w') wait = item.value === undefined ? 0 : leadingNumber(item.value, 'wait seconds not numeric');
    if (item.short === 'W') refuseBadInterval(item.value, host);
  }
  if (words.length > 1) throw new IptablesError('Unknown arguments found on commandline', 1, 'bare');
  if (seen.has('W') && wait === undefined) throw new IptablesError('Option --wait-interval requires option --wait', 1, 'bare');
  return {
    counters: seen.has('c'),
    verbose: seen.has('v'),
    test: seen.has('t'),
    noflush: seen.has('n'),
    wait,
    table,
    file: words[0],
  };
}

/** A number as sscanf("%u") takes it: what follows the digits is ignored. */
function leadingNumber(text: string, complaint: string): number {
  const digits = /^\s*[+-]?(\d+)/.exec(text)?.[1];
  if (digits === undefined) throw new ParameterProblem(complaint);
  return Number(digits);
}

function refuseBadInterval(value: string | undefined, host: Host): void {
  if (value === undefined) throw new ParameterProblem('wait interval value required');
  leadingNumber(value, 'wait interval not numeric');
  host.err('Ignoring deprecated --wait-interval option.\n');
}

/** The text to restore. A directory reads as empty, as fgets(3) finds it. @throws IptablesError "Can't open" (exit 1) */
export function restoreInput(options: RestoreOptions, host: Host): Buffer {
  if (options.file === undefined) return host.readInput();
  try {
    return readFileSync(options.file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return Buffer.alloc(0);
    throw new IptablesError(`Can't open ${options.file}: ${fileErrorText(error)}`, 1, 'bare');
  }
}
