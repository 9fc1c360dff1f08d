/** Numbers in their plainest form, the one that iptables-save writes: every reader of numbers has this shortcut before its own rules. */

const ZERO = 48;
const NINE = 57;

/** Decimal digits without sign, blank or leading zero, at most nine of them; undefined for all else, which may be a number all the same. */
export function plainDecimal(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > 9) return undefined;
  let value = text.charCodeAt(0) - ZERO;
  if (value < 0 || value > 9 || (value === 0 && length > 1)) return undefined;
  for (let i = 1; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return undefined;
    value = value * 10 + code - ZERO;
  }
  return value;
}
