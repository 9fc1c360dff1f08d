/**
 * Names of our kernel objects. They are how a command finds its own again (at most 15 bytes: BPF_OBJ_NAME_LEN - 1).
 * Programs `bpfipt4_in`, `bpfipt4_out`, `bpfipt4_xdp`, and the same with 6; shared maps `bis_NAME`; maps of one generation `big_NAME`;
 * state maps `bi_state_GENERATION`, the generation in base 36.
 */
import type { Family } from '../ruleset/model.js';
import { DIRECTIONS, type Point } from './kernel.js';

const STATE = /^bi_state_([0-9a-z]+)$/;
const PROGRAM = /^bpfipt([46])_(in|out|xdp)$/;

const POINTS: readonly Point[] = [...DIRECTIONS, 'xdp'];
const SUFFIX: Readonly<Record<Point, string>> = { ingress: 'in', egress: 'out', xdp: 'xdp' };

export function programName(family: Family, point: Point): string {
  return `bpfipt${family === 'ipv4' ? 4 : 6}_${SUFFIX[point]}`;
}

/** Undefined for a program that is not ours. */
export function parseProgramName(name: string): { family: Family; point: Point } | undefined {
  const match = PROGRAM.exec(name);
  const point = POINTS.find((each) => SUFFIX[each] === match?.[2]);
  return match && point ? { family: match[1] === '4' ? 'ipv4' : 'ipv6', point } : undefined;
}

export function sharedMapName(name: string): string {
  return `bis_${name}`.slice(0, 15);
}

export function generationMapName(name: string): string {
  return `big_${name}`.slice(0, 15);
}

export function isSharedMapName(objectName: string): boolean {
  return objectName.startsWith('bis_');
}

export function stateMapName(generation: bigint): string {
  const name = `bi_state_${generation.toString(36)}`;
  if (name.length > 15) throw new RangeError(`generation ${generation} has no name`);
  return name;
}

/** The generation a state map's name tells, undefined for another map. */
export function parseStateMapName(objectName: string): bigint | undefined {
  const digits = STATE.exec(objectName)?.[1];
  if (digits === undefined) return undefined;
  let value = 0n;
  for (const digit of digits) value = value * 36n + BigInt(parseInt(digit, 36));
  return value;
}

/** The shared maps that go with the size of the flow table, and are made anew with another one (flows/resize.ts). The statistics go on. */
export const FLOW_TABLE_MAPS: readonly string[] = ['flows', 'flow_table'];
