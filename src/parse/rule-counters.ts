/** `[packets:bytes]` before a command of a save file. */
import { ParameterProblem } from '../errors/errors.js';

export interface RuleCounters {
  /** As written: whether they are numbers matters only to `-c`. */
  readonly packets: string;
  readonly bytes: string;
  /** Where the command starts, and where it stops: the separators are cut out of the line wherever they are. */
  readonly end: number;
  readonly stop: number;
}

/** Start of the next token as strtok(3) finds it: leading separators are skipped. -1 where the line ends before. */
function tokenStart(line: string, from: number, separator: string): number {
  let at = from;
  while (line[at] === separator) at++;
  return at < line.length ? at : -1;
}

/** @throws ParameterProblem where a bracket or the colon is missing. */
export function readRuleCounters(line: string, number: number): RuleCounters {
  const bracket = line.indexOf(']');
  if (bracket < 0) throw new ParameterProblem(`Bad line ${number}: need ]`);
  const packetsAt = tokenStart(line, 1, ':');
  if (packetsAt < 0) throw new ParameterProblem(`Bad line ${number}: need :`);
  const colon = line.indexOf(':', packetsAt);
  const bytesAt = colon < 0 ? -1 : tokenStart(line, colon + 1, ']');
  if (bytesAt < 0) throw new ParameterProblem(`Bad line ${number}: need ]`);
  const close = line.indexOf(']', bytesAt);
  const cuts = [colon, close].filter((cut) => cut > bracket);
  return {
    packets: line.slice(packetsAt, colon),
    bytes: line.slice(bytesAt, close < 0 ? line.length : close),
    end: bracket + 1,
    stop: cuts.length > 0 ? Math.min(...cuts) : line.length,
  };
}
