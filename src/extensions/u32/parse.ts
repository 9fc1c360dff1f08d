/** The language of `--u32`: `LOCATION = VALUE && ...`, read as iptables does, whose complaints name the character. */
import { ParameterProblem, type Span } from '../../errors/errors.js';
import { readNumber } from '../guided/number.js';

export type Operator = '&' | '<<' | '>>' | '@';

/** One test: the number at `position`, changed by the operations in order, is in one of the ranges. */
export interface U32Test {
  readonly position: number;
  readonly operations: readonly { readonly operator: Operator; readonly number: number }[];
  /** Inclusive; min > max is legal and never holds. */
  readonly ranges: readonly { readonly min: number; readonly max: number }[];
}

/** Tests, numbers in a location, ranges in a value. */
const MOST = 10;
const LARGEST = 0xffff_ffffn;

class Reader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly span: Span | undefined,
  ) {}

  tests(): U32Test[] {
    const tests: U32Test[] = [];
    for (;;) {
      const location = this.location();
      const { ranges, more } = this.value();
      tests.push({ ...location, ranges });
      if (tests.length > MOST) throw this.problem('too many "&&"s');
      if (!more) return tests;
      this.at += 1;
    }
  }

  private location(): Pick<U32Test, 'position' | 'operations'> {
    let position: number | undefined;
    const operations: { operator: Operator; number: number }[] = [];
    for (;;) {
      const next = this.peek();
      if (next === undefined) throw new ParameterProblem('u32: abrupt end of input after location specifier', this.span);
      if (next === '=') {
        if (position === undefined) throw this.problem('location spec missing');
        this.at += 1;
        return { position, operations };
      }
      if (position === undefined) position = this.number();
      else operations.push({ operator: this.operator(next), number: this.number() });
      if (operations.length >= MOST) throw this.problem('too many operators');
    }
  }

  private operator(next: string): Operator {
    if (next !== '&' && next !== '@' && next !== '<' && next !== '>') throw this.problem('operator expected');
    this.at += 1;
    if (next === '&' || next === '@') return next;
    if (this.text[this.at] !== next) throw this.problem(`a second '${next}' was expected`);
    this.at += 1;
    return `${next}${next}` as Operator;
  }

  /** Up to the end, or to the second `&`, on which it stays. */
  private value(): { ranges: U32Test['ranges']; more: boolean } {
    const ranges: { min: number; max: number }[] = [];
    for (;;) {
      const next = this.peek();
      if (next === undefined) {
        if (ranges.length === 0) throw new ParameterProblem('u32: test ended with no value specified', this.span);
        return { ranges, more: false };
      }
      if (next === '&') {
        this.at += 1;
        if (this.text[this.at] !== '&') throw this.problem("a second '&' was expected");
        return { ranges, more: true };
      }
      if (ranges.length > 0) {
        if (next !== ',') throw this.problem('expected "," or "&&"');
        this.at += 1;
      }
      ranges.push(this.range());
      if (ranges.length > MOST) throw this.problem('too many ","s');
    }
  }

  private range(): { min: number; max: number } {
    const min = this.number();
    if (this.peek() !== ':') return { min, max: min };
    this.at += 1;
    return { min, max: this.number() };
  }

  private number(): number {
    const read = readNumber(this.text.slice(this.at));
    if (!read || read.value > LARGEST) throw this.problem('not a number or out of range');
    this.at = this.text.length - read.rest.length;
    return Number(read.value);
  }

  /** The next character that is no blank. */
  private peek(): string | undefined {
    while (/[ \t\n\v\f\r]/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text[this.at];
  }

  private problem(what: string): ParameterProblem {
    return new ParameterProblem(`u32: at char ${this.at}: ${what}`, this.span);
  }
}

/** @throws ParameterProblem */
export function parseTests(text: string, span?: Span): readonly U32Test[] {
  return new Reader(text, span).tests();
}

const hex = (number: number): string => `0x${number.toString(16)}`;

/** As iptables prints them. */
export function testsText(tests: readonly U32Test[]): string {
  return tests
    .map(({ position, operations, ranges }) => {
      const location = hex(position) + operations.map(({ operator, number }) => operator + hex(number)).join('');
      return `${location}=${ranges.map(({ min, max }) => (min === max ? hex(min) : `${hex(min)}:${hex(max)}`)).join(',')}`;
    })
    .join('&&');
}
