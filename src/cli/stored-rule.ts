/**
 * One rule as a line of the state in the kernel, and back, without loss. The line holds the words behind `-A CHAIN`, where they are plain (parse/plain-rule.ts)
 * and give this rule again: those it was read from, or those that iptables-save prints. These will not do for every rule: iptables-save leaves out
 * `-i +`, and an interface name with a blank or a comment with a newline comes back as something else. The line is a JSON array then: kind of target, chain it
 * leads to, and the words of a command line, options in iptables' own syntax, everything numeric. Later versions will still read either.
 */
import { InternalFault, IptablesError } from '../errors/errors.js';
import type { AnyMatch, AnyTarget } from '../extensions/extension.js';
import { matchExtension, targetExtension } from '../extensions/registry.js';
import { parseCommand } from '../parse/parse-command.js';
import { PlainRuleReader, type HasChain } from '../parse/plain-rule.js';
import { splitSavedWords } from '../parse/save-words.js';
import { targetChain } from '../ruleset/chains.js';
import { givenWords } from '../ruleset/given-words.js';
import { sameData, sameRule } from '../ruleset/identity.js';
import { writtenWords, ZERO_COUNTERS, type Counters, type Family, type MatchUse, type Rule, type RuleHead, type Target } from '../ruleset/model.js';
import { savedAddress } from '../ruleset/print/address.js';
import { interfaceName, saveRule } from '../ruleset/print/rule-save.js';

/** What a JSON line begins with; no option does. */
const BRACKET = '[';

/** Which chain a rule stands in makes no difference to what its words mean. */
const NO_CHAIN = '';

export class StoredRuleWriter {
  private readonly plain: PlainRuleReader;

  /** @param hasChain of the ruleset that is stored */
  constructor(
    private readonly family: Family,
    private readonly hasChain: HasChain,
  ) {
    this.plain = new PlainRuleReader(family, hasChain);
  }

  /** The line, without newline inside or behind it. */
  line(chain: string, rule: Rule): string {
    const words = writtenWords(rule);
    return words !== undefined && this.keepsTarget(rule.target) ? words : (this.printed(chain, rule) ?? this.listed(chain, rule));
  }

  /** Whether the word behind `-j` means now what it meant when the rule was read: a chain made since hides an extension of its name. */
  private keepsTarget(target: Target): boolean {
    const chain = targetChain(target);
    if (chain !== undefined) return this.hasChain(chain);
    return target.kind !== 'extension' || !this.hasChain(target.name);
  }

  private printed(chain: string, rule: Rule): string | undefined {
    if (partsStored(rule, this.family)) return undefined;
    const words = saveRule(chain, rule, this.family, 'none').slice(`-A ${chain} `.length);
    const again = this.plain.read(words, 0, words.length, NO_CHAIN, ZERO_COUNTERS);
    return again && sameData(partsOf(again), partsOf(rule)) ? words : undefined;
  }

  private listed(chain: string, rule: Rule): string {
    const { target } = rule;
    const line = (matches: readonly string[]): string => JSON.stringify([target.kind, targetChain(target) ?? '', ['-A', chain, ...headWords(rule.head, this.family), ...matches, ...targetWords(target, this.family)]]);
    const printed = line(rule.matches.flatMap((match) => printedWords(match, this.family)));
    if (givesAgain(printed, rule, this.family)) return printed;
    // iptables-save loses some of what these words say (`! --dport 0:65535`).
    const given = line(rule.matches.flatMap((match) => givenMatch(match) ?? printedWords(match, this.family)));
    if (givesAgain(given, rule, this.family)) return given;
    throw new InternalFault(`no words for the state: ${saveRule(chain, rule, this.family, 'none')}`);
  }
}

/** Whether an extension has other words for the state than iptables-save prints. */
function partsStored({ matches, target }: Rule, family: Family): boolean {
  const other = (extension: AnyMatch | AnyTarget | undefined, data: unknown): boolean => extension?.stored !== undefined && extension.stored(data) !== extension.save(data);
  return matches.some(({ name, data }) => other(matchExtension(name, family), data)) || (target.kind === 'extension' && other(targetExtension(target.name, family), target.data));
}

function partsOf({ head, matches, target }: Rule): unknown {
  return { head, matches, target };
}

export class StoredRuleReader {
  private readonly plain: PlainRuleReader;

  /** @param hasChain of the ruleset that was stored */
  constructor(
    private readonly family: Family,
    hasChain: HasChain,
  ) {
    this.plain = new PlainRuleReader(family, hasChain);
  }

  /** The rule of the line that stands in `text` from `start` to `end`. @throws InternalFault when it is none of ours */
  read(text: string, start: number, end: number, counters: Counters, slot: number): Rule {
    if (text[start] === BRACKET) return { ...fromListed(text.slice(start, end), this.family), counters, slot };
    const rule = this.plain.read(text, start, end, NO_CHAIN, counters, slot);
    if (!rule) throw new InternalFault(`no rule of the state: ${text.slice(start, end)}`);
    return rule;
  }
}

function fromListed(line: string, family: Family): Rule {
  const stored: unknown = JSON.parse(line);
  if (!isStored(stored)) throw new InternalFault(`no rule of the state: ${line}`);
  const [kind, chain, words] = stored;
  const command = parseCommand(words, { family, programName: 'iptables', hasChain: () => false });
  const rule = command.kind === 'append' ? command.rules[0] : undefined;
  if (!rule) throw new InternalFault(`no rule of the state: ${line}`);
  return kind === 'extension' ? rule : { ...rule, target: plainTarget(kind, chain) };
}

function isStored(value: unknown): value is readonly [Target['kind'], string, readonly string[]] {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === 'string' && typeof value[1] === 'string' && Array.isArray(value[2]);
}

function plainTarget(kind: Exclude<Target['kind'], 'extension'>, chain: string): Target {
  switch (kind) {
    case 'jump':
    case 'goto':
      return { kind, chain };
    case 'none':
    case 'accept':
    case 'drop':
    case 'return':
      return { kind };
    default:
      throw new InternalFault(`the state has a target of a kind that is not known: ${String(kind)}`);
  }
}

function headWords(head: RuleHead, family: Family): readonly string[] {
  const { src, dst, inIface, outIface, protocol, fragment } = head;
  return [
    ...option('-s', src, src && savedAddress(src, family)),
    ...option('-d', dst, dst && savedAddress(dst, family)),
    ...option('-i', inIface, inIface && interfaceName(inIface)),
    ...option('-o', outIface, outIface && interfaceName(outIface)),
    ...option('-p', protocol, protocol && String(protocol.number)),
    ...(fragment ? [...(fragment.invert ? ['!'] : []), '-f'] : []),
  ];
}

function option(name: string, part: { readonly invert: boolean } | undefined, value: string | undefined): readonly string[] {
  return part && value !== undefined ? [...(part.invert ? ['!'] : []), name, value] : [];
}

function printedWords({ name, data }: MatchUse, family: Family): readonly string[] {
  return ['-m', name, ...storedWords(matchExtension(name, family), data, name)];
}

function givenMatch(match: MatchUse): readonly string[] | undefined {
  const words = givenWords(match);
  return words && ['-m', match.name, ...words];
}

function targetWords(target: Target, family: Family): readonly string[] {
  return target.kind === 'extension' ? ['-j', target.name, ...storedWords(targetExtension(target.name, family), target.data, target.name)] : [];
}

/** Whether a listed line gives this rule again. */
function givesAgain(line: string, rule: Rule, family: Family): boolean {
  try {
    return sameRule({ ...fromListed(line, family), counters: ZERO_COUNTERS }, rule);
  } catch (error) {
    if (error instanceof IptablesError || error instanceof InternalFault) return false;
    throw error;
  }
}

function storedWords(extension: AnyMatch | AnyTarget | undefined, data: unknown, name: string): readonly string[] {
  if (extension === undefined) throw new InternalFault(`storing a rule with ${name}, which is not registered`);
  return splitSavedWords((extension.stored ?? extension.save)(data), 0).words;
}
