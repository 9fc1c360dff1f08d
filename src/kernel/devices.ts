/** Which devices are covered. */
import { LOOPBACK_IFINDEX, type Link } from './kernel.js';

/**
 * What a covered device must not be a port of: frames of such ports reach IP only through the upper device (or not at all),
 * so judging them on the port would judge them twice.
 */
const BELOW = new Set(['bridge', 'bond', 'team', 'openvswitch']);

/** The devices that must carry our programs, loopback first (attachments on `lo` come first and go last). */
export function covered(links: readonly Link[]): Link[] {
  return links
    .filter((link) => !BELOW.has(link.slaveKind))
    .sort((a, b) => Number(b.ifindex === LOOPBACK_IFINDEX) - Number(a.ifindex === LOOPBACK_IFINDEX) || a.ifindex - b.ifindex);
}
