/** A function being written: instructions, labels and where they came from, in order. */
import type { Instruction } from './instruction.js';

export type Item =
  | { readonly kind: 'instruction'; readonly instruction: Instruction }
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'origin'; readonly text: string };

export class Code {
  readonly items: Item[] = [];
  private next = 0;

  emit(...instructions: readonly Instruction[]): this {
    for (const instruction of instructions) this.items.push({ kind: 'instruction', instruction });
    return this;
  }

  /** Names the place of the next instruction. */
  label(name: string): this {
    this.items.push({ kind: 'label', name });
    return this;
  }

  /** Says what the following instructions were made from (a rule, a stage). */
  origin(text: string): this {
    this.items.push({ kind: 'origin', text });
    return this;
  }

  /** A label not used before: `hint.N`. */
  fresh(hint: string): string {
    this.next += 1;
    return `${hint}.${this.next}`;
  }
}
