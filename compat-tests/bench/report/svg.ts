/** Charts as SVG: lines over a numeric axis, or bars. No dependencies, no scripts; fit for light and dark pages. */
import type { Chart, Series } from './section.js';

const WIDTH = 820;
const HEIGHT = 420;
const MARGIN = { left: 78, right: 210, top: 44, bottom: 60 } as const;
const COLORS = ['#4269d0', '#efb118', '#ff725c', '#6cc5b0', '#3ca951', '#a463f2', '#9c6b4e', '#97bbf5', '#ff8ab7'];
const INK = '#666';

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const color = (index: number): string => COLORS[index % COLORS.length]!;
const fixed = (value: number): string => value.toFixed(1);

/** `1500` as 1.5k. */
export function shortNumber(value: number): string {
  const [divisor, unit] = value >= 1e6 ? [1e6, 'M'] : value >= 1000 ? [1000, 'k'] : [1, ''];
  return `${Number((value / divisor).toPrecision(3))}${unit}`;
}

interface Axis {
  readonly ticks: readonly number[];
  /** 0 at the low end, 1 at the high one. */
  place(value: number): number;
}

/** Powers of ten around the values, which must be above 0. */
function logarithmicAxis(values: readonly number[]): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return { ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)), place: (value) => (Math.log10(value) - low) / (high - low) };
}

/** From 0 to a round number above the values, in steps of 1, 2 or 5 times a power of ten. */
function linearAxis(values: readonly number[]): Axis {
  const most = Math.max(...values, 1e-9);
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => most / each <= 6)!;
  const count = Math.ceil(most / step);
  return { ticks: Array.from({ length: count + 1 }, (_, index) => index * step), place: (value) => value / (count * step) };
}

const axisOf = (values: readonly number[], logarithmic: boolean): Axis => (logarithmic ? logarithmicAxis(values) : linearAxis(values));

const text = (x: number, y: number, words: string, attributes = ''): string => `<text x="${fixed(x)}" y="${fixed(y)}" ${attributes}>${escape(words)}</text>`;

function legend(names: readonly string[]): string[] {
  const x = WIDTH - MARGIN.right + 18;
  return names.flatMap((name, index) => {
    const y = MARGIN.top + 10 + index * 20;
    return [`<rect x="${x}" y="${y - 8}" width="12" height="10" fill="${color(index)}"/>`, text(x + 18, y, name)];
  });
}

const inner = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom } as const;
const across = (share: number): number => MARGIN.left + share * inner.width;
const up = (share: number): number => MARGIN.top + (1 - share) * inner.height;

function frame(title: string, chart: Chart, y: Axis, body: readonly string[]): string {
  const lines = y.ticks.flatMap((tick) => [
    `<line x1="${MARGIN.left}" x2="${across(1)}" y1="${fixed(up(y.place(tick)))}" y2="${fixed(up(y.place(tick)))}" stroke="${INK}" stroke-opacity="0.25"/>`,
    text(MARGIN.left - 8, up(y.place(tick)) + 4, shortNumber(tick), 'text-anchor="end"'),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="${INK}" role="img" aria-label="${escape(title)}">`,
    text(MARGIN.left, 24, title, 'font-size="15" font-weight="bold"'),
    ...lines,
    text(across(0.5), HEIGHT - 14, chart.x, 'text-anchor="middle"'),
    text(0, 0, chart.y, `text-anchor="middle" transform="translate(18 ${fixed(up(0.5))}) rotate(-90)"`),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function lines(title: string, chart: Chart, series: readonly Series[]): string {
  const points = series.flatMap((each) => each.points);
  const x = axisOf(points.map(([value]) => value), chart.logarithmic);
  const y = axisOf(points.map(([, value]) => value), chart.logarithmic);
  const curves = series.flatMap(({ points: own }, index) => {
    const at = [...own].sort(([a], [b]) => a - b).map(([px, py]) => [across(x.place(px)), up(y.place(py))] as const);
    return [
      `<polyline points="${at.map(([px, py]) => `${fixed(px)},${fixed(py)}`).join(' ')}" fill="none" stroke="${color(index)}" stroke-width="2"/>`,
      ...at.map(([px, py]) => `<circle cx="${fixed(px)}" cy="${fixed(py)}" r="3" fill="${color(index)}"/>`),
    ];
  });
  const ticks = x.ticks.map((tick) => text(across(x.place(tick)), up(0) + 18, shortNumber(tick), 'text-anchor="middle"'));
  return frame(title, chart, y, [...ticks, ...curves, ...legend(series.map(({ name }) => name))]);
}

/** A group for each place on the x axis, in it a bar for each series. `labels`: the words below the groups, by their number from 1. */
function bars(title: string, chart: Chart, series: readonly Series[], labels: readonly string[]): string {
  const y = axisOf(series.flatMap(({ points }) => points.map(([, value]) => value)), chart.logarithmic);
  const group = inner.width / labels.length;
  const width = (group * 0.8) / series.length;
  const shapes = series.flatMap(({ points }, index) =>
    points.map(([place, value]) => {
      const top = up(Math.max(0, y.place(value)));
      return `<rect x="${fixed(MARGIN.left + (place - 1) * group + group * 0.1 + index * width)}" y="${fixed(top)}" width="${fixed(width * 0.92)}" height="${fixed(up(0) - top)}" fill="${color(index)}"/>`;
    }),
  );
  const words = labels.map((label, index) => text(MARGIN.left + (index + 0.5) * group, up(0) + 18, label, 'text-anchor="middle"'));
  return frame(title, chart, y, [...shapes, ...words, ...legend(series.map(({ name }) => name))]);
}

/**
 * A whole SVG file.
 * @param labels for bars: the words of the groups 1, 2 ...
 * @throws RangeError without a point, or with a value that a logarithmic axis has no place for
 */
export function svgOf(title: string, chart: Chart, series: readonly Series[], labels: readonly string[] = []): string {
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) throw new RangeError(`${title}: nothing to draw`);
  if (chart.logarithmic && points.some(([x, y]) => y <= 0 || (chart.kind === 'lines' && x <= 0))) throw new RangeError(`${title}: a logarithmic axis begins above 0`);
  return chart.kind === 'lines' ? lines(title, chart, series) : bars(title, chart, series, labels);
}
