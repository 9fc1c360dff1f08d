/** Seeded pseudo-random numbers: same seed, same sequence, on every machine. The generator is sfc32 (Chris Doty-Humphrey, public domain). */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** `seed` is hashed (FNV-1a over its text), so that neighbouring seeds have nothing in common. */
  constructor(seed: number | string) {
    let hash = 0x811c9dc5;
    for (const char of String(seed)) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    this.a = hash | 0;
    this.b = Math.imul(hash, 0x9e3779b1) | 0;
    this.c = ~hash | 0;
    for (let i = 0; i < 12; i++) this.bits32();
  }

  /** A number 0 .. 2^32 - 1. */
  bits32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer 0 .. limit - 1; limit at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.bits32() / 0x100000000) * limit);
  }

  /** An integer lo .. hi, both included. */
  between(lo: number, hi: number): number {
    return lo + this.below(hi - lo + 1);
  }

  /** An integer of `bits` bits, bits at most 128. */
  bits(bits: number): bigint {
    let value = 0n;
    for (let have = 0; have < bits; have += 32) value = (value << 32n) | BigInt(this.bits32());
    return BigInt.asUintN(bits, value);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.bits32() < probability * 0x100000000;
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick from nothing');
    return items[this.below(items.length)]!;
  }

  /** One of the keys, each as likely as its weight. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let at = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [key, weight] of entries) {
      if (at < weight) return key;
      at -= weight;
    }
    throw new RangeError('weights must be positive integers');
  }

  /** `count` different items in random order, or all when there are fewer. */
  sample<T>(items: readonly T[], count: number): T[] {
    const rest = [...items];
    const out: T[] = [];
    while (out.length < count && rest.length > 0) out.push(...rest.splice(this.below(rest.length), 1));
    return out;
  }
}
