/** Bytes behind a transport header: noise, with strings and numbers that rules name in it. */
import { be16, be32, concatBytes } from '../net/bytes.js';
import { hintedNumber, type Hints } from './hints.js';
import type { Random } from './random.js';

/** Empty two times of three; else up to 64 bytes and what rules name. */
export function generatePayload(hints: Hints, random: Random): Uint8Array {
  const named = hints.strings.length > 0 && random.chance(0.4) ? [namedString(hints, random)] : [];
  if (named.length === 0 && random.chance(0.66)) return new Uint8Array(0);
  const numbers = hints.numbers.length > 0 && random.chance(0.3) ? Array.from({ length: random.between(1, 4) }, () => wordOf(hintedNumber(hints, 32, random), random)) : [];
  return concatBytes(noise(random.below(named.length > 0 ? 24 : 64), random), ...random.sample([...named, ...numbers], 5), noise(random.below(8), random));
}

function wordOf(value: number, random: Random): Uint8Array {
  return random.chance(0.5) ? be32(value) : be16(value & 0xffff);
}

function noise(length: number, random: Random): Uint8Array {
  return new Uint8Array(length).map(() => random.below(256));
}

/** A string as it is named, in another case, or without its end. */
function namedString({ strings }: Hints, random: Random): Uint8Array {
  const string = random.pick(strings);
  switch (random.weighted({ same: 6, case: 2, cut: 1, changed: 1 })) {
    case 'case':
      return string.map((byte) => (isLetter(byte) && random.chance(0.5) ? byte ^ 0x20 : byte));
    case 'cut':
      return string.subarray(0, string.length - 1);
    case 'changed':
      return string.with(random.below(string.length), random.below(256));
    default:
      return string;
  }
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}
