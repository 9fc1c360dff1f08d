/** How conntrack(8) names itself and what it refuses with: both are interface. */

/** The release whose command line and output these are: the one of Debian 12. */
export const VERSION = '1.4.7';

/** What stands before its messages, whatever the program is called. */
export const SAYS = `conntrack v${VERSION} (conntrack-tools): `;

/** A refusal. Exit code 2: of the command line, with the hint that conntrack adds; 1: of anything else. */
export class ConntrackProblem extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 2,
  ) {
    super(message);
  }

  /** The lines on stderr. */
  text(): string {
    return `${SAYS}${this.message}\n${this.exitCode === 2 ? "Try `conntrack -h' or 'conntrack --help' for more information.\n" : ''}`;
  }
}

/** What the kernel's answer to somebody without CAP_NET_ADMIN becomes. */
export function notPermitted(): ConntrackProblem {
  return new ConntrackProblem('Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this', 1);
}
