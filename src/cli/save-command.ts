/** `iptables-save`. Takes no lock, as the original does not. */
import { writeFileSync } from 'node:fs';
import { IptablesError, OtherProblem } from '../errors/errors.js';
import { bytesOfText } from '../net/byte-text.js';
import { saveTable } from '../ruleset/print/save.js';
import { errorText, exitCodeOf, versionText } from './error-text.js';
import { fileErrorText } from './file-error.js';
import { GetoptError, getopt } from './getopt.js';
import type { OptionRow } from './getopt.js';
import { programName } from './host.js';
import type { Host } from './host.js';
import { tableProblem } from './table.js';

const OPTIONS: readonly OptionRow[] = [
  { short: 'c', long: 'counters', argument: 'none' },
  { short: 'V', long: 'version', argument: 'none' },
  { short: 'd', long: 'dump', argument: 'none' },
  { short: 't', long: 'table', argument: 'required' },
  { short: 'M', long: 'modprobe', argument: 'required' },
  { short: 'f', long: 'file', argument: 'required' },
  { short: 'b', argument: 'none' },
];

/** Runs the command (`argv` without the program's name). @returns the exit code */
export function runSave(argv: readonly string[], host: Host): number {
  const program = programName(host.family, '-save');
  try {
    return save(argv, host, program);
  } catch (error) {
    if (error instanceof GetoptError) {
      host.err(`${host.calledAs}: ${error.message}\nLook at manual page \`${program}.8' for more information.\n`);
      return 1;
    }
    host.err(errorText(error, program));
    return exitCodeOf(error);
  }
}

function save(argv: readonly string[], host: Host, program: string): number {
  let counters = false;
  let table = 'filter';
  let file: string | undefined;
  let words = 0;
  for (const item of getopt(argv, OPTIONS)) {
    if ('word' in item) words += 1;
    else if (item.short === 'c') counters = true;
    else if (item.short === 't') table = item.value!;
    else if (item.short === 'f') file = item.value!;
    else if (item.short === 'b') host.err('-b/--binary option is not implemented\n');
    else if (item.short === 'V') {
      host.out(`${versionText(program)}\n`);
      return 0;
    }
  }
  if (words > 0) throw new IptablesError('Unknown arguments found on commandline', 1, 'bare');
  const write = file === undefined ? (text: string) => host.out(text) : fileWriter(file);
  const problem = tableProblem(table, host);
  if (problem !== undefined) throw new OtherProblem(`Cannot initialize: ${problem}`);
  const store = host.openStore();
  write(saveTable(store.read(), counters, host.now()));
  host.err(store.warnings().map((line) => `${line}\n`).join(''));
  return 0;
}

/** Opens (and empties) the file at once, as fopen(3) does before anything is read. @throws IptablesError (exit 1) */
function fileWriter(file: string): (text: string) => void {
  const write = (text: string): void => {
    try {
      writeFileSync(file, bytesOfText(text));
    } catch (error) {
      throw new IptablesError(`Failed to open file, error: ${fileErrorText(error)}`, 1, 'bare');
    }
  };
  write('');
  return write;
}
