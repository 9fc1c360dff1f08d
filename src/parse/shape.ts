/**
 * One parse per distinct shape: the sequence of token types of a line is parsed by nearley once, and the tree is kept.
 * Later lines of the shape reuse it with their own tokens.
 */
import nearley from 'nearley';
import { InternalFault } from '../errors/errors.js';
import { ShapeLexer } from './shape-lexer.js';

/** More shapes than any real ruleset has; a hostile file must not grow the cache without end. */
const LIMIT = 4096;

export class ShapeParser<Tree> {
  private readonly trees = new Map<string, Tree>();
  private readonly grammar: nearley.Grammar;

  constructor(rules: nearley.CompiledRules) {
    this.grammar = nearley.Grammar.fromCompiled(rules);
  }

  /**
   * The tree for a sequence of token types, or undefined where the grammar has no such line.
   * @throws InternalFault when the grammar is ambiguous for it: a defect of the grammar.
   */
  parse(types: readonly string[]): Tree | undefined {
    const key = types.join(' ');
    const known = this.trees.get(key);
    if (known !== undefined) return known;
    const results = this.results(types);
    if (results.length > 1) throw new InternalFault(`grammar: ${results.length} readings of "${key}"`);
    const [tree] = results;
    if (tree === undefined) return undefined;
    if (this.trees.size >= LIMIT) this.trees.clear();
    this.trees.set(key, tree);
    return tree;
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
    return parser.results as Tree[];
  }
}
