/** Refusals that many extensions share. */
import type { RuleHead } from '../../ruleset/model.js';

/** What iptables says of EINVAL, the kernel's answer to a match used with the wrong protocol or values. */
export const INVALID_ARGUMENT = "Invalid argument. Run `dmesg' for more information.";

/** xt_check_match: the rule must say `-p PROTO` for one of these protocols, not inverted. */
export function requireProtocol(head: RuleHead, protocols: readonly number[]): string | undefined {
  const { protocol } = head;
  return protocol && !protocol.invert && protocols.includes(protocol.number) ? undefined : INVALID_ARGUMENT;
}
