/**
 * Names of our kernel objects. They are how a command finds its own again (at most 15 bytes: BPF_OBJ_NAME_LEN - 1).
 * Programs `bpfipt4_in`, `bpfipt4_out`, `bpfipt6_in`, `bpfipt6_out`; shared maps `bis_NAME`; maps of one generation `big_NAME`;
 * state maps `bi_state_GENERATION`, the generation in base 36.
 */
import type { Family } from '../ruleset/model.js';
import type { Direction } from './kernel.js';

const STATE = /^bi_state_([0-9a-z]+)$/;
const PROGRAM = /^bpfipt([46])_(in|out)$/;

export function programName(family: Family, direction: Direction): string {
  return `bpfipt${family === 'ipv4' ? 4 : 6}_${direction === 'ingress' ? 'in' : 'out'}`;
}

/** Undefined for a program that is not ours. */
export function parseProgramName(name: string): { family: Family; direction: Direction } | undefined {
  const match = PROGRAM.exec(name);
  return match ? { family: match[1] === '4' ? 'ipv4' : 'ipv6', direction: match[2] === 'in' ? 'ingress' : 'egress' } : undefined;
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
