/** `-p` values. */
import { protocolNumber } from '../net/protocols.js';
import { wholeNumber } from './numbers.js';

/** A protocol by number (0..255) or lower-case name, `all` being 0; undefined where it is neither. */
export function parseProtocol(text: string): number | undefined {
  return wholeNumber(text, 0, 255) ?? (text === 'all' ? 0 : protocolNumber(text));
}
