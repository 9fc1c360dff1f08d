/**
 * Errors whose text and exit code are interface: scripts match on both.
 *
 * The shapes follow iptables-legacy 1.8.9: a problem found while reading the command line is printed behind
 * `iptables v1.8.9 (legacy): `, a refusal by the ruleset (no such chain, no such rule) behind `iptables: `.
 * `cli/` alone turns them into stderr text and a process exit code.
 */

/** Where a word stands in its source. Lines and columns count from 1; `length` is in UTF-16 units, at least 1. */
export interface Span {
  /** File name, `-` for standard input, undefined for the command line. */
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** The exit codes of iptables: 1 operation failed, 2 usage, 3 table or version, 4 lock or resource. */
export type ExitCode = 1 | 2 | 3 | 4;

/** What stands before the message on stderr: `versioned` = "iptables v1.8.9 (legacy): ", `plain` = "iptables: ", `bare` = nothing. */
export type ErrorPrefix = 'versioned' | 'plain' | 'bare';

/** Base of every refusal that reaches a user. */
export class IptablesError extends Error {
  /** Whole lines iptables has printed on stderr before it found the error. */
  warnings: readonly string[] = [];

  constructor(
    message: string,
    readonly exitCode: ExitCode,
    readonly prefix: ErrorPrefix,
    /** The line(s) iptables prints after the message, without newline, or undefined. */
    readonly hint?: 'try-help' | 'upgrade',
    /** The offending word, where known; used for the caret under a save-file line. */
    public span?: Span,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** xtables_error(PARAMETER_PROBLEM): exit 2, followed by "Try `iptables -h' or 'iptables --help' for more information." */
export class ParameterProblem extends IptablesError {
  constructor(message: string, span?: Span) {
    super(message, 2, 'versioned', 'try-help', span);
  }
}

/** xtables_error(OTHER_PROBLEM): exit 1, no hint. */
export class OtherProblem extends IptablesError {
  constructor(message: string, span?: Span) {
    super(message, 1, 'versioned', undefined, span);
  }
}

/** xtables_error(VERSION_PROBLEM): exit 3, "Perhaps iptables or your kernel needs to be upgraded." */
export class VersionProblem extends IptablesError {
  constructor(message: string, span?: Span) {
    super(message, 3, 'versioned', 'upgrade', span);
  }
}

/** xtables_error(RESOURCE_PROBLEM) and the lock: exit 4. */
export class ResourceProblem extends IptablesError {
  constructor(message: string, prefix: ErrorPrefix = 'versioned') {
    super(message, 4, prefix);
  }
}

/** What iptc_strerror() says, "iptables: MESSAGE": exit 1 (no such chain, no such rule, chain not empty, kernel refusal). */
export class RulesetRefusal extends IptablesError {
  constructor(message: string, span?: Span) {
    super(message, 1, 'plain', undefined, span);
  }
}

/** A defect of ours or of the kernel interface, not of the user's input: exit 1, the message says what was being done. */
export class InternalFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InternalFault';
  }
}
