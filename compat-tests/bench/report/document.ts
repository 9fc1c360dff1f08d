/** docs/performance.md and its charts out of sections, and the file that keeps the sections between runs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { judgementTable, tableText } from './markdown.js';
import type { Scenario, Section, Series, Table } from './section.js';
import { svgOf } from './svg.js';

/** dist/compat-tests/bench/report is four levels below the repository. */
const DOCS = path.resolve(import.meta.dirname, '../../../../docs');
const RESULTS = path.join(DOCS, 'performance.json');

export interface Results {
  readonly machine: string;
  readonly sections: readonly Section[];
}

/** The machine in words. */
export function machineText(): string {
  const cpus = os.cpus();
  return `${cpus.length} CPUs (${cpus[0]?.model.trim() ?? 'unknown'}), ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB of memory, Linux ${os.release().replace(/^(\d+\.\d+).*/, '$1')}`;
}

export function readResults(): Results {
  if (!existsSync(RESULTS)) return { machine: machineText(), sections: [] };
  return JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
}

/** The sections with the new one in its place, or at the end. */
export function withSection(sections: readonly Section[], section: Section): Section[] {
  const same = (other: Section): boolean => other.scenario === section.scenario && other.part === section.part;
  return sections.some(same) ? sections.map((other) => (same(other) ? section : other)) : [...sections, section];
}

/** Tables with equal heads become one. */
function joined(tables: readonly Table[]): Table[] {
  const out: Table[] = [];
  for (const table of tables) {
    const before = out.findIndex((other) => other.head.join() === table.head.join());
    if (before < 0) out.push(table);
    else out[before] = { head: table.head, rows: [...out[before]!.rows, ...table.rows] };
  }
  return out;
}

/** Series of the same name become one, in the order first met. */
function together(series: readonly Series[]): Series[] {
  return [...new Set(series.map(({ name }) => name))].map((name) => ({ name, points: series.filter((each) => each.name === name).flatMap(({ points }) => points) }));
}

const chartFile = (scenario: Scenario): string => `performance-${scenario.name}.svg`;

/** The chart of a scenario's sections; undefined where they drew nothing. */
export function chartOf(scenario: Scenario, sections: readonly Section[]): string | undefined {
  const series = together(sections.flatMap((section) => section.series)).filter(({ points }) => points.length > 0);
  if (series.length === 0) return undefined;
  return svgOf(scenario.title, scenario.chart, series, sections.find(({ labels }) => labels !== undefined)?.labels);
}

function scenarioText(scenario: Scenario, sections: readonly Section[]): string {
  const judgements = sections.flatMap((section) => section.judgements);
  const remarks = sections.flatMap((section) => section.remarks);
  return [
    `## ${scenario.title}\n`,
    `${scenario.about}\n`,
    ['```', ...new Set(sections.map(({ command }) => command)), '```\n'].join('\n'),
    ...(chartOf(scenario, sections) === undefined ? [] : [`![${scenario.title}](${chartFile(scenario)})\n`]),
    ...joined(sections.flatMap((section) => section.tables)).map(tableText),
    ...(judgements.length === 0 ? [] : [tableText(judgementTable(judgements))]),
    ...(remarks.length === 0 ? [] : [remarks.map((remark) => `- ${remark}`).join('\n') + '\n']),
  ].join('\n');
}

/** The whole page. */
export function pageText(results: Results, scenarios: readonly Scenario[]): string {
  const parts = scenarios.flatMap((scenario) => {
    const sections = sectionsOf(results, scenario);
    return sections.length === 0 ? [] : [scenarioText(scenario, sections)];
  });
  const judgements = results.sections.flatMap((section) => section.judgements);
  const met = judgements.filter((each) => each.met).length;
  return [
    '# Performance\n',
    'Every number here was printed by the command above it; this page and its charts are written by the same command (`node dist/compat-tests/bench/run.js`, all of it; the comparison needs the packages of',
    '`node src/setup/ensure.mjs --bench`). Medians of interleaved rounds on one pinned core, least and most in brackets. Absolute times on shared machines drift; ratios within a run hold.\n',
    `Machine: ${results.machine}.\n`,
    `Bars set beforehand: ${met} of ${judgements.length} met; each stands below its scenario with its result.\n`,
    ...parts,
  ].join('\n');
}

/** Its sections in the order of its parts. */
function sectionsOf(results: Results, scenario: Scenario): Section[] {
  return scenario.parts.flatMap((part) => results.sections.filter((section) => section.scenario === scenario.name && section.part === part));
}

/** Writes the page, the charts and the results. */
export function writeDocument(results: Results, scenarios: readonly Scenario[]): void {
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(path.join(DOCS, 'performance.md'), pageText(results, scenarios));
  for (const scenario of scenarios) {
    const chart = chartOf(scenario, sectionsOf(results, scenario));
    if (chart !== undefined) writeFileSync(path.join(DOCS, chartFile(scenario)), chart);
  }
}
