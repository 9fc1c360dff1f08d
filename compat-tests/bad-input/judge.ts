/** One bad file or command through both, over the same running rules; what should not be is told in words. */
import type { Answer, LegacySide } from './legacy-side.js';
import type { OwnSide } from './own-side.js';
import { RUNNING } from './rules.js';

export interface Outcome {
  readonly legacy: Answer;
  readonly own: Answer;
  /** Empty when all is as it should be. */
  readonly problems: readonly string[];
}

/** Two namespaces with the same rules in force, used again and again. */
export class Pair {
  private loaded = false;

  constructor(
    private readonly legacy: LegacySide,
    private readonly own: OwnSide,
    /** The rules in force before each case. */
    private readonly running: string = RUNNING,
  ) {}

  /**
   * Gives `input` and `args` to both. Problems: another exit code, other rules in force afterwards, programs replaced by a refused
   * command, a refusal without a word, a crash, a hang.
   */
  async judge(tool: '' | '-restore', args: readonly string[], input: Buffer | string = ''): Promise<Outcome> {
    if (!this.loaded) await this.load();
    const before = { legacy: this.legacy.rules(), own: this.own.rules(), programs: this.own.programs() };
    const legacy = this.legacy.run(tool, args, input);
    const own = await this.own.run(tool, args, input);
    const after = { legacy: this.legacy.rules(), own: this.own.rules(), programs: this.own.programs() };
    this.loaded = after.legacy === before.legacy && after.own === before.own;

    const problems: string[] = [];
    if (before.legacy !== before.own) problems.push('the rules to start from differ');
    if (own.hung) problems.push('no end within 10 s');
    if (own.code > 128) problems.push(`ended by signal ${own.code - 128}`);
    if (/\n {4}at |TypeError|RangeError|InternalFault/.test(own.stderr)) problems.push('a stack trace');
    if (own.code !== legacy.code) problems.push(`exit code ${own.code}, iptables ${legacy.code}`);
    if (own.code !== 0 && own.stderr === '' && legacy.stderr !== '') problems.push('refused without a word');
    if (after.own !== after.legacy) problems.push(`other rules in force than iptables has: ${firstDifference(after.legacy, after.own)}`);
    if (own.code !== 0 && after.legacy === before.legacy) {
      if (after.own !== before.own) problems.push('refused, but the running rules changed');
      if (after.programs !== before.programs) problems.push('refused, but the programs were replaced');
    }
    return { legacy, own, problems };
  }

  private async load(): Promise<void> {
    const { code, stderr } = this.legacy.run('-restore', ['-c'], this.running);
    if (code !== 0) throw new Error(`iptables-legacy-restore: ${stderr}`);
    await this.own.load(this.running);
    this.loaded = true;
  }
}

function firstDifference(wanted: string, found: string): string {
  const [left, right] = [wanted.split('\n'), found.split('\n')];
  const at = left.findIndex((line, i) => line !== right[i]);
  return at < 0 ? `more lines: ${JSON.stringify(right[left.length])}` : `${JSON.stringify(left[at])} became ${JSON.stringify(right[at])}`;
}
