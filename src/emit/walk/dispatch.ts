/** A jump by number, as a binary tree of compares: no indirect jumps, no tail calls. */
import type { Code } from '../../asm/code.js';
import { Ja, JGt } from '../../asm/jump.js';
import type { Register } from '../../asm/register.js';

/** Goes to labels[n] where `register` holds n; a number beyond the last goes to the last. */
export function emitDispatch(code: Code, register: Register, labels: readonly string[]): void {
  const branch = (first: number, last: number): void => {
    if (labels.slice(first, last + 1).every((label) => label === labels[first])) {
      code.emit(Ja.label(labels[first]!));
      return;
    }
    const middle = (first + last) >> 1;
    const upper = code.fresh('upper');
    code.emit(JGt.imm32(register, middle, upper));
    branch(first, middle);
    code.label(upper);
    branch(middle + 1, last);
  };
  branch(0, labels.length - 1);
}
