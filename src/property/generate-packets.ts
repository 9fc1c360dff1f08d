/** Packets aimed at the bounds of a ruleset's rules: each value, one below, one above, through the calls that lead to the rule. */
import type { FieldName } from '../ir/field.js';
import { BUILTIN_CHAINS, type BuiltinChain, type InterfaceMatch, type Ruleset } from '../ruleset/model.js';
import { edgeValues, fulfillingValue } from './choose.js';
import { fulfils, ruleWishes, type FieldWish, type Wish } from './constraints.js';
import { generateFlow } from './flows.js';
import type { GeneratedPacket } from './generated-packet.js';
import { allRules, hintsOf, type Hints } from './hints.js';
import { randomPaths, type RulePath } from './paths.js';
import { Random } from './random.js';
import { defaultVocabulary, type Vocabulary } from './vocabulary.js';
import { fieldsOfAddress, wantedAddress } from './wanted-address.js';
import { buildPacket, type WantedPacket } from './wanted-packet.js';

export interface PacketOptions {
  readonly vocabulary?: Vocabulary;
  /** Chains to aim at; default all three. */
  readonly hooks?: readonly BuiltinChain[];
  /** Bytes from the IP header on, at most; default 1400. */
  readonly maximumLength?: number;
  /** The machine's own addresses. Given: packets for INPUT go to one of them, packets for OUTPUT come from one of them. */
  readonly localAddresses?: readonly bigint[];
  /** Share of packets that belong to whole flows (handshake, data, teardown; request and reply); default 0.15. */
  readonly flows?: number;
}

/** `count` packets for `seed`, in an order that keeps each flow's packets in sequence. */
export function generatePackets(ruleset: Ruleset, seed: number | string, count: number, options: PacketOptions = {}): GeneratedPacket[] {
  const random = new Random(seed);
  const words = options.vocabulary ?? defaultVocabulary(ruleset.family);
  const hooks = options.hooks ?? BUILTIN_CHAINS;
  const spare = spareValues(ruleset, random);
  const hints = hintsOf(allRules(ruleset));
  const out: GeneratedPacket[] = [];
  let paths: RulePath[] = [];
  while (out.length < count) {
    if (paths.length === 0) paths = random.sample(randomPaths(ruleset, random).filter((path) => hooks.includes(path.hook)), Infinity);
    const path = paths.pop();
    const { wanted, note } = path === undefined || random.chance(0.1) ? undirected(random, hooks, hints) : aim(ruleset, path, spare, random, words);
    const here = atHome(wanted, options.localAddresses, random, words);
    if (random.chance(flowChance(options.flows ?? 0.15))) out.push(...generateFlow(here, random, words, note));
    else out.push({ hook: wanted.hook, ...buildPacket(here, random, words, options.maximumLength ?? 1400), note });
  }
  return out.slice(0, count);
}

/** How often to begin a flow of about 6 packets, so that flows make up this share of all packets. */
function flowChance(share: number): number {
  return share / (6 - 5 * share);
}

function undirected(random: Random, hooks: readonly BuiltinChain[], hints: Hints): { wanted: WantedPacket; note: string } {
  return { wanted: { hook: random.pick(hooks), fields: new Map(), tcpOptions: [], hints }, note: 'random' };
}

/** A packet that reaches and matches the rule as far as its fields go, but for one wish (two packets of three), whose field is put on an edge. */
function aim(ruleset: Ruleset, path: RulePath, spare: ReadonlyMap<FieldName, bigint[]>, random: Random, words: Vocabulary): { wanted: WantedPacket; note: string } {
  const wishesOnPath = path.rules.map((rule) => ruleWishes(rule, ruleset.family, random));
  const own = wishesOnPath.at(-1)!;
  const wishes = wishesOnPath.flat();
  const target = own.length > 0 && random.chance(0.67) ? random.pick(own) : undefined;
  const byField = new Map<FieldName, FieldWish[]>();
  for (const wish of wishes) if (wish.kind === 'field') byField.set(wish.field, [...(byField.get(wish.field) ?? []), wish]);
  const fields = new Map<FieldName, bigint>();
  for (const [field, values] of spare) if (!byField.has(field) && random.chance(0.25)) fields.set(field, random.pick(values));
  for (const [field, list] of byField) {
    const whole = field === 'l4State' && list.every((wish) => fulfils(wish, 0n));
    fields.set(field, whole ? 0n : fulfillingValue(list, spare.get(field) ?? [], random));
  }
  if (target?.kind === 'field') fields.set(target.field, random.pick(edgeValues(target, fields.get(target.field) ?? 0n)));
  const tcpOptions = wishes.flatMap((wish) => (wish.kind === 'tcp-option' && (wish === target ? !wish.want : wish.want) ? [wish.option] : []));
  if (target?.kind === 'tcp-option' && !target.want) tcpOptions.push(target.option);
  const inIface = deviceName(wishes, 'in', target, random, words);
  const outIface = deviceName(wishes, 'out', target, random, words);
  return {
    wanted: { hook: path.hook, fields, tcpOptions, hints: hintsOf(path.rules), ...(inIface === undefined ? {} : { inIface }), ...(outIface === undefined ? {} : { outIface }) },
    note: target === undefined ? path.name : `${path.name}: ${target.kind === 'field' ? target.field : target.kind} edge`,
  };
}

/** A device that suits all interface wishes of a direction, or just fails the one aimed at; undefined = any. */
function deviceName(wishes: readonly Wish[], direction: 'in' | 'out', target: Wish | undefined, random: Random, words: Vocabulary): string | undefined {
  const matches = wishes.flatMap((wish) => (wish.kind === 'interface' && wish.direction === direction ? [wish.match] : []));
  if (matches.length === 0) return undefined;
  const suits = (match: InterfaceMatch, name: string): boolean => (match.wildcard ? name.startsWith(match.name) : name === match.name) !== match.invert;
  const avoid = target?.kind === 'interface' && target.direction === direction ? target.match : undefined;
  const fitting = words.interfaces.filter((name) => (avoid === undefined ? matches.every((match) => suits(match, name)) : !suits(avoid, name)));
  return fitting.length === 0 ? undefined : random.pick(fitting);
}

/** Values near any bound of any rule, by field: what unconstrained fields take now and then, so that rules interfere with each other. */
function spareValues(ruleset: Ruleset, random: Random): Map<FieldName, bigint[]> {
  const out = new Map<FieldName, bigint[]>();
  for (const chain of ruleset.chains.values())
    for (const rule of chain.rules)
      for (const wish of ruleWishes(rule, ruleset.family, random))
        if (wish.kind === 'field' && wish.field !== 'l4State') {
          const values = out.get(wish.field) ?? [];
          values.push(...edgeValues(wish, 0n));
          out.set(wish.field, values);
        }
  return out;
}

function atHome(wanted: WantedPacket, addresses: readonly bigint[] | undefined, random: Random, words: Vocabulary): WantedPacket {
  const field = wanted.hook === 'INPUT' ? 'dst' : wanted.hook === 'OUTPUT' ? 'src' : undefined;
  if (addresses === undefined || addresses.length === 0 || field === undefined) return wanted;
  const wish = wantedAddress(wanted.fields, field, random, words);
  const address = addresses.includes(wish) ? wish : random.pick(addresses);
  return { ...wanted, fields: new Map([...wanted.fields, ...fieldsOfAddress(field, address, words.family)]) };
}
