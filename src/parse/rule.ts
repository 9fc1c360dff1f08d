/** The rules of a Draft: addresses multiplied out, matches and target resolved by their extensions. */
import { noteGivenWords } from '../ruleset/given-words.js';
import { IptablesError, ParameterProblem } from '../errors/errors.js';
import type { OptionUse, ResolveContext } from '../extensions/extension.js';
import { BUILTIN_CHAINS, ZERO_COUNTERS, type AddressMatch, type BuiltinChain, type MatchUse, type Rule, type RuleHead, type Target } from '../ruleset/model.js';
import { parseAddresses, type Network } from './addresses.js';
import type { Draft } from './draft.js';
import { isKnownTarget } from './known-targets.js';
import type { LineContext } from './line-context.js';
import { badValue } from './option-values.js';
import type { LoadedExtension, Token } from './token.js';

export type RuleCommand = 'append' | 'insert' | 'replace' | 'delete' | 'check';

export interface Addresses {
  readonly sources: readonly Network[];
  readonly destinations: readonly Network[];
}

export interface ResolvedExtensions {
  readonly matches: readonly MatchUse[];
  /** Data of the target extension, where one is loaded. */
  readonly targetData: unknown;
}

const ANY: readonly Network[] = [{ addr: 0n, mask: 0n }];

type WritableHead = { -readonly [field in keyof RuleHead]: RuleHead[field] };

/** Adds what is there and nothing else: heads are compared. Restoring a big file spends its time here, hence no spreading. */
function withFields(head: WritableHead, { inInterface, outInterface, protocol, fragment }: Draft): RuleHead {
  if (inInterface) head.inIface = inInterface;
  if (outInterface) head.outIface = outInterface;
  if (protocol) head.protocol = protocol;
  if (fragment) head.fragment = fragment;
  return head;
}

/** What an extension sees: the `-p` of the whole line, if there was one when its first option was read. */
function contextOf(loaded: LoadedExtension, draft: Draft, context: LineContext): ResolveContext {
  const known = loaded.uses.length > 0 && !loaded.protocol ? undefined : draft.protocol;
  const protocol = known?.number === 0 ? undefined : known;
  return { family: context.family, protocol, warn: (line) => void draft.warnings.push(line), hosts: (name) => context.hosts(name, context.family, 'hosts alone') };
}

/** The words of options as a command line has them. */
export function wordsOf(uses: readonly OptionUse[]): readonly string[] {
  return uses.flatMap(({ option, inverted, values }) => [...(inverted ? ['!'] : []), `--${option}`, ...values]);
}

/** Calls each extension's resolve, matches first. @throws what they throw. */
export function resolveExtensions(draft: Draft, context: LineContext): ResolvedExtensions {
  const resolve = (loaded: LoadedExtension) => loaded.extension.resolve(loaded.uses, contextOf(loaded, draft, context)) as unknown;
  const { matches, target } = draft;
  return {
    matches: matches.map((loaded) => noteGivenWords({ name: loaded.extension.name, data: resolve(loaded) }, wordsOf(loaded.uses))),
    targetData: target?.loaded && resolve(target.loaded),
  };
}

/** The bad value of an extension's option that stands left of where reading stopped, if there is one. */
export function badOptionValue(draft: Draft, context: LineContext): IptablesError | undefined {
  const { matches, target } = draft;
  for (const loaded of target?.loaded ? [...matches, target.loaded] : matches) {
    const problem = badValue(loaded, contextOf(loaded, draft, context));
    if (problem) return problem;
  }
  return undefined;
}

/** @throws ParameterProblem for bad masks, unknown hosts, and `!` before a list. */
export function resolveAddresses(draft: Draft, context: LineContext): Addresses {
  const { source, destination } = draft;
  const parse = (value: Draft['source'], token: Token | undefined) => {
    if (!value) return ANY;
    try {
      return parseAddresses(value.text, context.family, context.hosts);
    } catch (error) {
      if (error instanceof IptablesError && token) error.span ??= context.locate(token);
      throw error;
    }
  };
  const sources = parse(source, draft.given.get('s'));
  const destinations = parse(destination, draft.given.get('d'));
  if ((sources.length > 1 || destinations.length > 1) && (source?.invert || destination?.invert)) {
    throw new ParameterProblem('! not allowed with multiple source or destination IP addresses');
  }
  return { sources, destinations };
}

/** What iptables says of a `-j` that is neither chain nor target; for callers that know the chains only later. */
export function couldNotLoadTarget(name: string): ParameterProblem {
  return new ParameterProblem(`Couldn't load target \`${name}':No such file or directory\n`);
}

/** The words behind `-j` that are verdicts, where no chain is called so. */
export const VERDICTS: { readonly [name: string]: Target } = { ACCEPT: { kind: 'accept' }, DROP: { kind: 'drop' }, RETURN: { kind: 'return' } };

/** @throws ParameterProblem for what is neither a chain nor a target. Adds iptables' warning where it is both. */
export function resolveTarget(draft: Draft, extensions: ResolvedExtensions, context: LineContext): Target {
  const { target } = draft;
  if (!target) return { kind: 'none' };
  const { name, loaded } = target;
  const token = draft.given.get('j')!;
  const builtin = BUILTIN_CHAINS.includes(name as BuiltinChain);
  const isChain = builtin || (context.hasChain?.(name) ?? false);
  if (target.goto) {
    if (!isChain && context.hasChain) throw new ParameterProblem(`goto '${name}' is not a chain`, context.locate(token));
    return { kind: 'goto', chain: name };
  }
  const verdict = Object.hasOwn(VERDICTS, name) ? VERDICTS[name] : undefined;
  if (isChain) {
    if (isKnownTarget(name, context.family) && !context.restore) draft.warnings.push(`Warning: using chain ${name}, not extension`);
    return { kind: 'jump', chain: name };
  }
  if (verdict) return verdict;
  if (loaded) return { kind: 'extension', name: loaded.extension.name, data: extensions.targetData };
  if (context.hasChain) {
    const problem = couldNotLoadTarget(name);
    problem.span = context.locate(token);
    throw problem;
  }
  return { kind: 'jump', chain: name };
}

function addressMatch({ addr, mask }: Network, invert: boolean): AddressMatch | undefined {
  return mask === 0n && !invert ? undefined : { addr, mask, invert };
}

/** One rule for each pair of addresses, sources outermost. */
export function expandRules(draft: Draft, addresses: Addresses, matches: readonly MatchUse[], target: Target): readonly Rule[] {
  const counters = draft.counters ?? ZERO_COUNTERS;
  const rules: Rule[] = [];
  for (const from of addresses.sources) {
    const src = addressMatch(from, draft.source?.invert ?? false);
    for (const to of addresses.destinations) {
      const dst = addressMatch(to, draft.destination?.invert ?? false);
      const head: WritableHead = {};
      if (src) head.src = src;
      if (dst) head.dst = dst;
      rules.push({ head: withFields(head, draft), matches, target, counters });
    }
  }
  return rules;
}
