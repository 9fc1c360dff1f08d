/** Numbers as C reads them, on whose leniency conntrack's options rest. */

/** strtoul(3): blanks, a sign, the base from the prefix where `base` is 0; as an unsigned long of 64 bits, 0 where there is no number. `end`: where it stopped. */
export function strtoul(text: string, base: 0 | 10 = 0): { readonly value: bigint; readonly end: number } {
  const pattern = base === 10 ? /^[\t-\r ]*([-+]?)()([0-9]+)/ : /^[\t-\r ]*([-+]?)(?:(0[xX])(?=[0-9a-fA-F])([0-9a-fA-F]+)|([0-9]+))/;
  const found = pattern.exec(text);
  if (!found) return { value: 0n, end: 0 };
  const digits = (found[3] ?? found[4])!;
  let used = found[0];
  let magnitude: bigint;
  if (base === 10) magnitude = BigInt(digits);
  else if (found[2]) magnitude = BigInt(`0x${digits}`);
  else if (digits.startsWith('0')) {
    const octal = /^[0-7]+/.exec(digits)![0];
    used = used.slice(0, used.length - digits.length + octal.length);
    magnitude = BigInt(`0o${octal}`);
  } else magnitude = BigInt(digits);
  if (magnitude >= 1n << 64n) return { value: (1n << 64n) - 1n, end: used.length };
  return { value: BigInt.asUintN(64, found[1] === '-' ? -magnitude : magnitude), end: used.length };
}

/** strtoul(3) cut to 32 bits, whatever follows the number. */
export function word(text: string): number {
  return Number(BigInt.asUintN(32, strtoul(text).value));
}

/** htons(atoi(3)): the low 16 bits of a decimal number. */
export function port(text: string): number {
  return Number(BigInt.asUintN(16, strtoul(text, 10).value));
}
