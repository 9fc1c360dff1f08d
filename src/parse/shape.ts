/**
 * One parse per distinct shape: the sequence of token types of a line is parsed by nearley once, and the tree is kept.
 * Later lines of the shape reuse it with their own tokens.
 */
import nearley from 'nearley';
import { InternalFault } from '../errors/errors.js';
import { ShapeLexer } from './shape-lexer.js';

/** More shapes than any real ruleset has; a hostile file must not grow the cache without end. */
const LIMIT = 4096;
/** More tokens than a line of a save file can have. */
const LONGEST = 600;

/** Shapes by their types, one step per token: no key to be built for each line. */
interface Step<Tree> {
  readonly next: Map<string, Step<Tree>>;
  tree: Tree | undefined;
}

export class ShapeParser<Reading, Tree = Reading> {
  private start: Step<Tree> = { next: new Map(), tree: undefined };
  private shapes = 0;
  private readonly grammar: nearley.Grammar;

  /** `finish` makes a tree of what the grammar's first rule gives. */
  constructor(
    rules: nearley.CompiledRules,
    private readonly finish: (reading: Reading) => Tree,
  ) {
    this.grammar = nearley.Grammar.fromCompiled(rules);
  }

  /**
   * The tree for a sequence of token types, or undefined where the grammar has no such line.
   * @throws InternalFault when the grammar is ambiguous for it: a defect of the grammar.
   */
  parse(types: readonly string[]): Tree | undefined {
    let step: Step<Tree> | undefined = this.start;
    for (const type of types) {
      step = step.next.get(type);
      if (!step) break;
    }
    if (step?.tree !== undefined) return step.tree;
    const results = this.results(types);
    if (results.length > 1) throw new InternalFault(`grammar: ${results.length} readings of "${types.join(' ')}"`);
    const [tree] = results;
    if (tree !== undefined) this.keep(types, tree);
    return tree;
  }

  private keep(types: readonly string[], tree: Tree): void {
    if (types.length > LONGEST) return;
    if (++this.shapes > LIMIT) {
      this.start = { next: new Map(), tree: undefined };
      this.shapes = 1;
    }
    let step = this.start;
    for (const type of types) {
      let next = step.next.get(type);
      if (!next) {
        next = { next: new Map(), tree: undefined };
        step.next.set(type, next);
      }
      step = next;
    }
    step.tree = tree;
  }

  /** Every reading nearley finds, without the cache: more than one is ambiguity, none is a syntax error. */
  results(types: readonly string[]): readonly Tree[] {
    const lexer = new ShapeLexer(types) as unknown as nearley.Lexer;
    const parser = new nearley.Parser(this.grammar, { lexer });
    try {
      parser.feed('');
    } catch (error) {
      if (error instanceof Error && 'offset' in error) return [];
      throw error;
    }
    return (parser.results as Reading[]).map(this.finish);
  }
}
