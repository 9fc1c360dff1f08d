/**
 * One rule as a line of the state in the kernel, and back, without loss. The line of iptables-save will not do: it leaves out `-i +`, and an interface name with a
 * blank or a comment with a newline comes back as something else. So a line is a JSON array: kind of target, chain it leads to, and the
 * words of a command line, options in iptables' own syntax (which later versions will still read), everything numeric.
 */
import { InternalFault } from '../errors/errors.js';
import { matchExtension, targetExtension } from '../extensions/registry.js';
import { parseCommand } from '../parse/parse-command.js';
import { splitSavedWords } from '../parse/save-words.js';
import { targetChain } from '../ruleset/chains.js';
import type { Family, Rule, RuleHead, Target } from '../ruleset/model.js';
import { savedAddress } from '../ruleset/print/address.js';
import { interfaceName } from '../ruleset/print/rule-save.js';

/** The line, without newline inside or behind it. */
export function toStoredRule(chain: string, rule: Rule, family: Family): string {
  const { target } = rule;
  const words = ['-A', chain, ...headWords(rule.head), ...extensionWords(rule, family)];
  return JSON.stringify([target.kind, targetChain(target) ?? '', words]);
}

/** The chain and the rule (counters zero). @throws InternalFault when the line is none of ours */
export function fromStoredRule(line: string, family: Family): { readonly chain: string; readonly rule: Rule } {
  const stored: unknown = JSON.parse(line);
  if (!isStored(stored)) throw new InternalFault(`no rule of the state: ${line}`);
  const [kind, chain, words] = stored;
  const command = parseCommand(words, { family, programName: 'iptables', hasChain: () => false });
  const rule = command.kind === 'append' ? command.rules[0] : undefined;
  if (command.kind !== 'append' || !rule) throw new InternalFault(`no rule of the state: ${line}`);
  return { chain: command.chain, rule: kind === 'extension' ? rule : { ...rule, target: plainTarget(kind, chain) } };
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

function headWords(head: RuleHead): readonly string[] {
  const { src, dst, inIface, outIface, protocol, fragment } = head;
  return [
    ...option('-s', src, src && savedAddress(src)),
    ...option('-d', dst, dst && savedAddress(dst)),
    ...option('-i', inIface, inIface && interfaceName(inIface)),
    ...option('-o', outIface, outIface && interfaceName(outIface)),
    ...option('-p', protocol, protocol && String(protocol.number)),
    ...(fragment ? [...(fragment.invert ? ['!'] : []), '-f'] : []),
  ];
}

function option(name: string, part: { readonly invert: boolean } | undefined, value: string | undefined): readonly string[] {
  return part && value !== undefined ? [...(part.invert ? ['!'] : []), name, value] : [];
}

function extensionWords({ matches, target }: Rule, family: Family): readonly string[] {
  const words = matches.flatMap(({ name, data }) => ['-m', name, ...savedWords(matchExtension(name, family)?.save(data), name)]);
  if (target.kind !== 'extension') return words;
  return [...words, '-j', target.name, ...savedWords(targetExtension(target.name, family)?.save(target.data), target.name)];
}

function savedWords(saved: string | undefined, name: string): readonly string[] {
  if (saved === undefined) throw new InternalFault(`storing a rule with ${name}, which is not registered`);
  return splitSavedWords(saved, 0).words;
}
