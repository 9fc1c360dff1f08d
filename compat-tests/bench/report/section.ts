/** What a measurement hands to the report: tables, lines for a chart, bars with results. Plain data, kept as JSON. */

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Judgement {
  readonly what: string;
  readonly bar: string;
  readonly result: string;
  readonly met: boolean;
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Section {
  readonly scenario: string;
  /** Parts of one scenario are measured by themselves; '' where there is one. */
  readonly part: string;
  /** The command that measured it. */
  readonly command: string;
  readonly tables: readonly Table[];
  readonly judgements: readonly Judgement[];
  readonly series: readonly Series[];
  /** Of the groups of a chart of bars. */
  readonly labels?: readonly string[];
  /** What could not be measured, and other words. */
  readonly remarks: readonly string[];
}

export interface Chart {
  readonly kind: 'lines' | 'bars';
  readonly x: string;
  readonly y: string;
  readonly logarithmic: boolean;
}

export interface Effort {
  /** Interleaved rounds. */
  readonly rounds: number;
  /** How long one measurement lasts, ms. */
  readonly milliseconds: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What is measured and how, Markdown. */
  readonly about: string;
  readonly chart: Chart;
  readonly parts: readonly string[];
  run(part: string, effort: Effort): Omit<Section, 'scenario' | 'part' | 'command'>;
}

/** Progress, for whoever waits. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** `value <= bar` or `value >= bar`, in words. */
export function judge(what: string, value: number, relation: '<=' | '>=', bar: number, unit: string, digits = 0): Judgement {
  const met = relation === '<=' ? value <= bar : value >= bar;
  return { what, bar: `${relation} ${bar}${unit}`, result: `${value.toFixed(digits)}${unit}`, met };
}
