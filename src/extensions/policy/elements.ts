/** The elements of a policy that `-m policy` describes, options between `--next`s: read as far as iptables refuses them. */
import { ParameterProblem } from '../../errors/errors.js';
import { protocolNumber } from '../../net/protocols.js';
import type { OptionUse } from '../extension.js';
import { wholeNumber } from '../guided/number.js';

const DEEPEST = 4;
const MOST = 0xffff_ffff;
const PROTOCOLS = [50, 51, 108];
const MODES = ['transport', 'tunnel'];

function checkValue(use: OptionUse): void {
  const word = use.values[0] ?? '';
  if ((use.option === 'reqid' || use.option === 'spi') && wholeNumber(word, 0, MOST) === undefined) {
    throw new ParameterProblem(`policy: bad value for option "--${use.option}", or out of range (0-${MOST}).\n`, use.span);
  }
  if (use.option === 'proto') {
    const number = wholeNumber(word, 0, 255) ?? protocolNumber(word);
    if (number === undefined) throw new ParameterProblem(`unknown protocol "${word}" specified`, use.span);
    if (!PROTOCOLS.includes(number)) throw new ParameterProblem('policy match: protocol must be ah/esp/ipcomp', use.span);
  }
  if (use.option === 'mode' && !MODES.includes(word)) throw new ParameterProblem(`policy match: invalid mode "${word}"`, use.span);
}

export class ElementReader {
  /** All words so far, in order. */
  readonly words: string[] = [];
  private readonly elements: Map<string, OptionUse>[] = [new Map()];

  /** @throws ParameterProblem where the element has such an option already, or for its value */
  read(use: OptionUse): void {
    const element = this.elements.at(-1)!;
    if (element.has(use.option)) throw new ParameterProblem(`policy match: double --${use.option} option`, use.span);
    checkValue(use);
    element.set(use.option, use);
    this.words.push(...(use.inverted ? ['!'] : []), `--${use.option}`, ...use.values);
  }

  next(use: OptionUse): void {
    if (this.elements.length === DEEPEST) throw new ParameterProblem('policy match: maximum policy depth reached', use.span);
    this.elements.push(new Map());
    this.words.push('--next');
  }

  /** Refuses what makes no sense. @param strict the whole policy is described */
  check(strict: boolean): void {
    for (const [index, element] of this.elements.entries()) {
      if (strict && element.size === 0) {
        throw new ParameterProblem(
          `policy match: empty policy element ${index}. --strict is in effect, but at least one of reqid, spi, tunnel-src, tunnel-dst, proto or mode is required.`,
        );
      }
      const mode = element.get('mode');
      const tunnel = mode !== undefined && (mode.values[0] === 'tunnel') !== mode.inverted;
      if ((element.has('tunnel-src') || element.has('tunnel-dst')) && !tunnel) throw new ParameterProblem('policy match: --tunnel-src/--tunnel-dst is only valid in tunnel mode');
    }
  }
}
