/** `iptables-restore`: a save file, table by table, each committed at its COMMIT or not at all. */
import { IptablesError } from '../errors/errors.js';
import { errorText, exitCodeOf } from './error-text.js';
import { GetoptError } from './getopt.js';
import { programName } from './host.js';
import type { Host } from './host.js';
import { restoreInput, restoreOptions } from './restore-options.js';
import { RestoreFile } from './restore-file.js';

/** Runs the command (`argv` without the program's name). @returns the exit code */
export async function runRestore(argv: readonly string[], host: Host): Promise<number> {
  const program = programName(host.family, '-restore');
  try {
    const options = restoreOptions(argv, host, program);
    if (!options) return 0;
    const input = restoreInput(options, host);
    return await new RestoreFile(options, host, program).run(input);
  } catch (error) {
    if (error instanceof GetoptError) {
      host.err(`${host.calledAs}: ${error.message}\nTry \`${program} -h' for more information.\n`);
      return 1;
    }
    // Nothing of the input was read: iptables counts that as line 0.
    host.err(errorText(error, program, error instanceof IptablesError ? 0 : undefined));
    return exitCodeOf(error);
  }
}
