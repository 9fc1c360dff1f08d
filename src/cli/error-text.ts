/** Errors as the lines that iptables-legacy 1.8.9 prints on stderr. */
import { IptablesError } from '../errors/errors.js';

export const VERSION = '1.8.9';

/** `iptables v1.8.9 (legacy)`: what -V prints and versioned messages start with. */
export function versionText(program: string): string {
  return `${program} v${VERSION} (legacy)`;
}

/** The exit code of any thrown value: an unexpected fault is 1. */
export function exitCodeOf(error: unknown): number {
  return error instanceof IptablesError ? error.exitCode : 1;
}

/** What a command prints for an error. `line` is the input line for iptables-restore, which names it where iptables offers help. */
export function errorText(error: unknown, program: string, line?: number): string {
  if (!(error instanceof IptablesError)) return `${program}: ${error instanceof Error ? error.message : String(error)}\n`;
  const message = `${prefixOf(error, program)}${error.message}`;
  const warnings = error.warnings.map((warning) => `${warning}\n`).join('');
  // Some complaints are the hint alone.
  return `${warnings}${message && `${message}\n`}${hintOf(error, program, line)}`;
}

function prefixOf(error: IptablesError, program: string): string {
  switch (error.prefix) {
    case 'versioned':
      return `${versionText(program)}: `;
    case 'plain':
      return `${program}: `;
    case 'bare':
      return '';
  }
}

function hintOf(error: IptablesError, program: string, line: number | undefined): string {
  switch (error.hint) {
    case 'try-help': {
      const where = line === undefined ? '' : `Error occurred at line: ${line}\n`;
      return `${where}Try \`${program} -h' or '${program} --help' for more information.\n`;
    }
    case 'upgrade':
      return `Perhaps ${program} or your kernel needs to be upgraded.\n`;
    case undefined:
      return '';
  }
}
