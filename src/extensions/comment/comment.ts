/** `-m comment`: text that travels with a rule and always matches. */
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { cutToBytes, quote } from '../guided/quote.js';

/** struct xt_comment_info holds 256 bytes with the final NUL; what is longer is cut without a word. */
const LONGEST = 255;

const OPTIONS: readonly GuidedOption[] = [{ name: 'comment', arity: 1, invertible: false, mandatory: true }];

export interface CommentData {
  readonly comment: string;
}

export const comment: MatchExtension<CommentData> = {
  kind: 'match',
  name: 'comment',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let text = '';
    readOptions('comment', OPTIONS, uses, { comment: (use) => (text = cutToBytes(use.values[0] ?? '', LONGEST)) });
    return { comment: text };
  },
  save: (data) => ` --comment ${quote(data.comment)}`,
  list: (data) => ` /* ${data.comment} */`,
  lower: () => [],
  evaluate: () => true,
  help: () => `comment match options:
--comment COMMENT             Attach a comment to a rule
`,
};
