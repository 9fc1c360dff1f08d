/** What may name a chain or a target (XT_EXTENSION_MAXNAMELEN is 29: 28 bytes are legal). */
import { ParameterProblem } from '../errors/errors.js';
import { byteLength } from '../net/byte-text.js';
import type { Family } from '../ruleset/model.js';
import { isKnownTarget } from './known-targets.js';

const MAX_LENGTH = 28;

function tooLong(name: string): boolean {
  return name.length > MAX_LENGTH / 3 && byteLength(name) > MAX_LENGTH;
}

function hasSpace(name: string): boolean {
  return /[ \t\n\v\f\r]/.test(name);
}

/** The name of a chain that any command refers to. */
export function checkChainLength(name: string): void {
  if (tooLong(name)) throw new ParameterProblem(`chain name \`${name}' too long (must be under ${MAX_LENGTH + 1} chars)`);
}

/** The name in `-N`. */
export function checkNewChainName(name: string, family: Family): void {
  checkChainLength(name);
  if (name.startsWith('-') || name.startsWith('!')) {
    throw new ParameterProblem(`chain name not allowed to start with \`${name[0]}'`);
  }
  if (isKnownTarget(name, family)) throw new ParameterProblem('chain name may not clash with target name');
  if (hasSpace(name)) throw new ParameterProblem(`Invalid chain name \`${name}'`);
}

/** The name of a chain line (`:NAME`) of a save file. */
export function checkSavedChainName(name: string): void {
  if (tooLong(name)) throw new ParameterProblem(`Invalid chain name \`${name}' (${MAX_LENGTH} chars max)`);
}

/** The word behind `-j` and `-g`. */
export function checkTargetName(name: string): void {
  if (name === '') throw new ParameterProblem('Invalid target name (too short)');
  if (tooLong(name)) throw new ParameterProblem(`Invalid target name \`${name}' (${MAX_LENGTH} chars max)`);
  if (hasSpace(name)) throw new ParameterProblem(`Invalid target name \`${name}'`);
}

/** The word behind `-m`. */
export function checkMatchName(name: string): void {
  if (tooLong(name)) throw new ParameterProblem(`Invalid match name "${name}" (${MAX_LENGTH} chars max)`);
}
