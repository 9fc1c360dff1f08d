/**
 * Which option a word names: the general ones and those of the extensions loaded so far on this line.
 * Names may be abbreviated as getopt_long(3) allows.
 */
import type { AnyMatch, AnyTarget, OptionSpec } from '../extensions/extension.js';
import type { Family } from '../ruleset/model.js';
import { GENERAL_OPTIONS, type Argument, type GeneralOption } from './general-options.js';

/** An option of a loaded extension. */
export interface ExtensionOption {
  readonly owner: AnyMatch | AnyTarget;
  readonly spec: OptionSpec;
  readonly argument: Argument;
}

export type AnyOption = GeneralOption | ExtensionOption;

export function isGeneral(option: AnyOption): option is GeneralOption {
  return 'type' in option;
}

const SHORT = new Map(GENERAL_OPTIONS.filter(({ short }) => short !== '').map((option) => [option.short, option]));
const GENERAL_LONG = new Map(GENERAL_OPTIONS.flatMap((option) => option.long.map((name) => [name, option] as const)));
/** ip6tables knows `-f`, if only to refuse it, and no long name for it. */
const GENERAL_LONG_IPV6 = new Map([...GENERAL_LONG].filter(([name]) => name !== 'fragments'));

/** Long names of an extension's options, made once per extension. */
const extensionNames = new WeakMap<AnyMatch | AnyTarget, ReadonlyMap<string, ExtensionOption>>();

function namesOf(owner: AnyMatch | AnyTarget): ReadonlyMap<string, ExtensionOption> {
  const known = extensionNames.get(owner);
  if (known) return known;
  const names = new Map<string, ExtensionOption>();
  for (const spec of owner.options) {
    const option: ExtensionOption = { owner, spec, argument: spec.arity === 0 ? 'none' : 'required' };
    for (const name of [spec.name, ...(spec.aliases ?? [])]) names.set(name, option);
  }
  extensionNames.set(owner, names);
  return names;
}

const ownOptionNames = new WeakMap<AnyMatch | AnyTarget, ReadonlyMap<string, OptionSpec>>();

/** The options of an extension by their exact long names, those left out that general options have too. */
export function ownOptions(owner: AnyMatch | AnyTarget): ReadonlyMap<string, OptionSpec> {
  const known = ownOptionNames.get(owner);
  if (known) return known;
  const own = [...namesOf(owner)].filter(([name]) => !GENERAL_LONG.has(name)).map(([name, { spec }]): [string, OptionSpec] => [name, spec]);
  const names = new Map(own);
  ownOptionNames.set(owner, names);
  return names;
}

export class OptionTable {
  /** Latest first: its options come before those of earlier extensions. */
  private readonly loaded: (AnyMatch | AnyTarget)[] = [];
  private readonly general: ReadonlyMap<string, GeneralOption>;

  constructor(family: Family) {
    this.general = family === 'ipv4' ? GENERAL_LONG : GENERAL_LONG_IPV6;
  }

  /** Adds an extension's options; a second loading of the same one changes nothing. */
  load(extension: AnyMatch | AnyTarget): void {
    if (!this.loaded.includes(extension)) this.loaded.unshift(extension);
  }

  short(letter: string): GeneralOption | undefined {
    return SHORT.get(letter);
  }

  /** The option of an exact or unambiguously abbreviated long name, or undefined (unknown or ambiguous). */
  long(name: string): AnyOption | undefined {
    const general = this.general.get(name);
    if (general) return general;
    for (const extension of this.loaded) {
      const exact = namesOf(extension).get(name);
      if (exact) return exact;
    }
    return this.abbreviated(name);
  }

  private abbreviated(prefix: string): AnyOption | undefined {
    let found: AnyOption | undefined;
    for (const names of [this.general, ...this.loaded.map(namesOf)] as ReadonlyMap<string, AnyOption>[]) {
      for (const [name, option] of names) {
        if (!name.startsWith(prefix)) continue;
        if (found && found !== option) return undefined;
        found = option;
      }
    }
    return found;
  }
}
