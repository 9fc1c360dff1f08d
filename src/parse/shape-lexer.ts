/**
 * Feeds token types to nearley. The grammar sees only types; the `value` of each fed token is its index, so that
 * the tree holds indices and serves every line of the same shape.
 */
export class ShapeLexer {
  private position = 0;

  constructor(private readonly types: readonly string[]) {}

  /** Nearley calls this with each chunk fed; the input is the types given to the constructor. */
  reset(): void {
    this.position = 0;
  }

  next(): { type: string; value: number } | undefined {
    if (this.position >= this.types.length) return undefined;
    const index = this.position++;
    return { type: this.types[index]!, value: index };
  }

  save(): undefined {
    return undefined;
  }

  formatError(): string {
    return `unexpected ${this.types[this.position - 1]}`;
  }

  /** Every `%name` of the grammar is a token type. */
  has(_type: string): boolean {
    return true;
  }
}

/** What the compiled grammars name as their lexer; a parser is always given one of its own. */
export const shapeLexer = new ShapeLexer([]);
