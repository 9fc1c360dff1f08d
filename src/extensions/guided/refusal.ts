/** Refusals that many extensions share. */
import type { RuleHead } from '../../ruleset/model.js';

/** What iptables says of EINVAL, the kernel's answer to a match used with the wrong protocol or values. */
export const INVALID_ARGUMENT = "Invalid argument. Run `dmesg' for more information.";

/** What it says of ENOENT, the answer to what no module provides. */
export const NO_SUCH_NAME = 'No chain/target/match by that name.';

/** xt_check_match: the rule must say `-p PROTO` for one of these protocols, not inverted. */
export function requireProtocol(head: RuleHead, protocols: readonly number[]): string | undefined {
  const { protocol } = head;
  return protocol && !protocol.invert && protocols.includes(protocol.number) ? undefined : INVALID_ARGUMENT;
}
