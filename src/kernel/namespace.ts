/**
 * The current network namespace's rules in the kernel: read, commit, cover, detach. The caller holds the lock (lock.ts).
 * Every method finds everything anew through the programs on `lo`; all that is remembered is the contents of a frozen map.
 */
import { InternalFault } from '../errors/errors.js';
import { ROOT } from '../emit/record.js';
import type { GenerationSpec, Hook } from '../emit/spec.js';
import type { Counters, Family } from '../ruleset/model.js';
import { Catalog, type OwnProgram } from './catalog.js';
import { foldCounters, readCounterMap, settled, shown, type SlotOrigins } from './counters.js';
import { cover, coverXdp, sweep, uncovered, type Home } from './coverage.js';
import { withDescriptors, type Descriptors } from './descriptors.js';
import { covered } from './devices.js';
import { flowImport } from './flows/import.js';
import { heldWithout, resizeOf } from './flows/resize.js';
import { loadGeneration } from './generation.js';
import { findHome, sharedMaps, type FoundHome } from './home.js';
import { reportHooks, type HookReport } from './hook-report.js';
import { decodeHook, encodeHook, xdpModes, type HookSetting } from './hook-setting.js';
import { DIRECTIONS, LOOPBACK_IFINDEX, type Direction, type Kernel, type Link } from './kernel.js';
import { refreshMirrors } from './mirrors.js';
import { sharedMapName, stateMapName } from './names.js';
import { decodeState, encodeState, type State } from './state.js';
import { activeOffset, place, remove, swap, type Undo } from './swap.js';
import { placeXdp, removeXdp, xdpDevices } from './xdp.js';
import { isSystemCallError, MAP_FLAG, MAP_TYPE } from '../native/native.js';

const ENTRY = new Uint8Array(4);
const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
const SECOND = 1_000_000_000n;

/** The ruleset in force of one family. */
export interface LoadedRuleset {
  readonly generation: bigint;
  /** The canonical text it was committed with. */
  readonly text: string;
  /** As listings show them, by slot: base + previous + own. */
  readonly counters: readonly Counters[];
}

/** What to put in force. */
export interface CommitRequest {
  readonly text: string;
  readonly spec: GenerationSpec;
  /** The number the spec was emitted for, from {@link Namespace.nextGeneration}. */
  readonly generation: bigint;
  /** The generation whose ruleset was edited, undefined where there was none: a commit based on another one is refused. */
  readonly basedOn: bigint | undefined;
  /** The setting the spec was emitted by; kept for later commands. */
  readonly hook: HookSetting;
  /** How each of the spec's slots continues a slot of `basedOn`. */
  readonly slots: SlotOrigins;
}

export interface Namespace {
  /** Undefined where nothing was ever committed. */
  hookSetting(): HookSetting | undefined;
  readState(family: Family): LoadedRuleset | undefined;
  /** The number of the next generation: emit the spec for it, and commit. (What the commit will have to wait for begins here.) */
  nextGeneration(family: Family): bigint;
  /** Loads and swaps. When it throws, what was in force is untouched. */
  commit(family: Family, request: CommitRequest): void;
  /** Names of interfaces that should be judged, but are not. */
  uncovered(): string[];
  /** Covers new interfaces, uncovers those that became ports, refreshes the mirrors. Returns the names newly covered. */
  cover(): string[];
  /** Covers as {@link cover} does, and tells how every interface is judged; undefined where nothing is in force. */
  hooks(): HookReport | undefined;
  /** Takes everything of ours off, and nothing else. */
  detachAll(): void;
}

/** The program of the family's generation in force. */
function current(home: Home | undefined, family: Family): OwnProgram<Direction> | undefined {
  const generation = home?.active.get(family);
  if (generation === undefined) return undefined;
  const program = home?.programs.find((other) => other.family === family && other.generation === generation);
  if (!program) throw new InternalFault(`generation ${generation} is in force, but its programs are not on lo: \`bpf-iptables detach' and load the rules again`);
  return program;
}

function settledCounters(kernel: Kernel, state: State, descriptors: Descriptors): BigInt64Array {
  const previous = state.previousCountersId === 0 ? undefined : readCounterMap(kernel, descriptors.own(kernel.mapFdById(state.previousCountersId)));
  return settled(state, previous);
}

/** Whether the last packet may still be on its way through the generation before `state`'s, so that its counters are not final. */
function mayCountStill(kernel: Kernel, state: State, interfaces: number): boolean {
  // `created` is older than the switch by the time the attaching took, at most some 20 ms for each attachment.
  const surely = SECOND + BigInt(interfaces) * 4n * (SECOND / 50n);
  return state.previousCountersId !== 0 && kernel.monotonicNow() - state.created < surely;
}

function nextGeneration(home: Home | undefined, family: Family): bigint {
  const seen = (home?.programs ?? []).filter((program) => program.family === family).map((program) => program.generation);
  const highest = seen.reduce((a, b) => (a > b ? a : b), 0n);
  const active = home?.active.get(family);
  if (active === undefined) return highest + (highest % 2n === 0n ? 2n : 1n);
  // The other place than the one in force, and a number that no leftover has.
  return highest > active && (highest - active) % 2n === 1n ? highest + 2n : active + 1n;
}

/** What is put in its places. */
interface Placeable {
  readonly family: Family;
  readonly generation: bigint;
  readonly tc: Readonly<Record<Direction, number>>;
  /** Undefined where the generation has none. */
  readonly xdp: number | undefined;
}

/** What a switch changes besides programs: the setting, and what is to be done just before. */
interface Besides {
  readonly hook: HookSetting;
  readonly last: () => void;
}

/** The steps of a swap: tc on every interface, loopback first, then XDP, then what comes besides. */
function* placements(kernel: Kernel, catalog: Catalog, rootFd: number, links: readonly Link[], programs: Placeable, { hook, last }: Besides): Generator<() => Undo> {
  const { family, generation, tc, xdp } = programs;
  for (const { ifindex } of covered(links)) {
    for (const direction of DIRECTIONS) yield () => place(kernel, catalog, ifindex, direction, { fd: tc[direction], family, generation });
  }
  if (xdp !== undefined) {
    for (const link of xdpDevices(links)) yield () => placeXdp(kernel, catalog, link, { fd: xdp, family, generation }, xdpModes(hook.mode)).undo;
  }
  yield () => {
    last();
    const before = kernel.mapLoadWord(rootFd, ROOT.hook);
    kernel.mapStoreWord(rootFd, ROOT.hook, encodeHook(hook));
    return () => kernel.mapStoreWord(rootFd, ROOT.hook, before);
  };
}

/** After a switch: takes the XDP programs off that the new generation did not replace. They are passive: failing is no harm. */
function removeOldXdp(kernel: Kernel, catalog: Catalog, links: readonly Link[], { family, generation }: Placeable): boolean {
  try {
    return removeXdp(kernel, catalog, links, (program) => program.family !== family || program.generation === generation);
  } catch (error) {
    if (!isSystemCallError(error)) throw error;
    return true;
  }
}

class KernelNamespace implements Namespace {
  /** The state read last, by the id of its map: it never changes. */
  private known: { readonly id: number; readonly state: State } | undefined;
  /** The generation that was in force when the barrier under way was begun. */
  private barrierUnder: bigint | undefined;

  constructor(private readonly kernel: Kernel) {}

  hookSetting(): HookSetting | undefined {
    return this.with(({ home }) => home && this.setting(home));
  }

  readState(family: Family): LoadedRuleset | undefined {
    return this.with(({ home, descriptors }) => {
      const program = current(home, family);
      if (!program) return undefined;
      const state = this.stateOf(program, descriptors);
      const before = settledCounters(this.kernel, state, descriptors);
      const own = readCounterMap(this.kernel, descriptors.own(this.kernel.mapFdById(state.countersId)), state.previousSlot.length);
      return { generation: state.generation, text: state.text, counters: shown(before, own) };
    });
  }

  nextGeneration(family: Family): bigint {
    return this.with(({ home, descriptors }) => {
      const before = current(home, family);
      const state = before && this.stateOf(before, descriptors);
      if (state && mayCountStill(this.kernel, state, this.kernel.links().length)) {
        this.kernel.membarrierBegin();
        this.barrierUnder = state.generation;
      }
      return nextGeneration(home, family);
    });
  }

  commit(family: Family, request: CommitRequest): void {
    const { kernel } = this;
    if (request.slots.from.length !== request.spec.slots || request.spec.family !== family) throw new InternalFault('a commit whose slots or family disagree');
    this.with(({ home, catalog, descriptors }) => {
      const before = current(home, family);
      if (before?.generation !== request.basedOn) throw new InternalFault('the ruleset in the kernel changed meanwhile: run the command again');
      if (nextGeneration(home, family) !== request.generation) throw new InternalFault(`generation ${request.generation} is not the next one`);
      const links = sweep(kernel, catalog, home, kernel.links());
      if (home) cover(kernel, catalog, home, links);

      const stateBefore = before && this.stateOf(before, descriptors);
      if (stateBefore) this.settlePrevious(stateBefore, links.length);
      const folded = foldCounters(request.slots, stateBefore && settledCounters(kernel, stateBefore, descriptors));

      const sharedBefore = home ? sharedMaps(home) : new Map<string, number>();
      const own = before?.sharedIds ?? new Map<string, number>();
      const { shared, ...resize } = resizeOf(kernel, request.spec, sharedBefore, own, descriptors);
      const loaded = loadGeneration(kernel, request.spec, shared, descriptors);
      const flows = flowImport(kernel, family, loaded.maps, own);
      const countersFd = loaded.maps.get('counters');
      const rootFd = loaded.maps.get('root');
      if (countersFd === undefined || rootFd === undefined) throw new InternalFault('a generation needs the maps counters and root');
      const bytes = encodeState({
        family,
        generation: request.generation,
        created: kernel.monotonicNow(),
        countersId: kernel.mapInfo(countersFd).id,
        previousCountersId: stateBefore?.countersId ?? 0,
        ...folded,
        text: request.text,
      });
      const stateFd = descriptors.own(kernel.mapCreate(MAP_TYPE.array, 4, bytes.length, 1, MAP_FLAG.readOnlyForPrograms, stateMapName(request.generation)));
      kernel.mapUpdate(stateFd, ENTRY, bytes, 0);
      kernel.mapFreeze(stateFd);

      for (const program of loaded.programs) {
        // What no instruction refers to lives as long as the programs: the state, the counters before, and shared maps of other rules.
        kernel.progBindMap(program.fd, stateFd);
        for (const fd of loaded.maps.values()) kernel.progBindMap(program.fd, fd);
        if (stateBefore) kernel.progBindMap(program.fd, descriptors.own(kernel.mapFdById(stateBefore.countersId)));
        for (const id of heldWithout(shared, own).values()) kernel.progBindMap(program.fd, descriptors.own(kernel.mapFdById(id)));
      }

      kernel.mapStoreWord(rootFd, ROOT.netnsCookie, kernel.networkNamespaceCookie());
      refreshMirrors(kernel, rootFd, loaded.maps);
      const programOf = (hook: Hook): number | undefined => loaded.programs.find((program) => program.hook === hook)?.fd;
      const [ingress, egress, xdp] = [programOf('tc-ingress'), programOf('tc-egress'), programOf('xdp')];
      if (ingress === undefined || egress === undefined) throw new InternalFault('a generation without programs for tc');
      const programs: Placeable = { family, generation: request.generation, tc: { ingress, egress }, xdp };
      const last = (): void => {
        resize.beforeSwitch(loaded.maps);
        flows.beforeSwitch();
      };
      swap(kernel, rootFd, family, request.generation, placements(kernel, catalog, rootFd, links, programs, { hook: request.hook, last }));
      resize.afterSwitch();
      flows.afterSwitch();
      const linksNow = kernel.links();
      // An XDP program that comes or goes counts as a change of routes with some drivers (veth): the mirrors are then behind.
      if (removeOldXdp(kernel, catalog, linksNow, programs) || xdp !== undefined) refreshMirrors(kernel, rootFd, loaded.maps);
      // An interface may have come meanwhile.
      const known = new Set(covered(links).map((link) => link.ifindex));
      if (covered(linksNow).some((link) => !known.has(link.ifindex))) this.cover();
    });
  }

  private stateOf(program: OwnProgram, descriptors: Descriptors): State {
    if (this.known?.id === program.stateId) return this.known.state;
    const value = this.kernel.mapLookup(descriptors.own(this.kernel.mapFdById(program.stateId)), ENTRY);
    if (value === undefined) throw new InternalFault('the state in the kernel is empty');
    const state = decodeState(value);
    if (state.generation !== program.generation || state.family !== program.family) throw new InternalFault('the state in the kernel is of another generation than its program');
    this.known = { id: program.stateId, state };
    return state;
  }

  /** Waits until the last packet is through the generation before `state`'s: its counters are final then. */
  private settlePrevious(state: State, interfaces: number): void {
    if (!mayCountStill(this.kernel, state, interfaces)) return;
    if (this.barrierUnder !== state.generation) this.kernel.membarrierBegin();
    this.barrierUnder = undefined;
    this.kernel.membarrierEnd();
  }

  uncovered(): string[] {
    return this.with(({ home, catalog }) => (home?.active.size ? uncovered(catalog, home, this.kernel.links()) : []));
  }

  cover(): string[] {
    return this.with(({ home, catalog, descriptors }) => {
      if (!home?.active.size) return [];
      const links = sweep(this.kernel, catalog, home, this.kernel.links());
      const added = cover(this.kernel, catalog, home, links);
      coverXdp(this.kernel, catalog, home, links, xdpModes(this.setting(home).mode));
      refreshMirrors(this.kernel, home.rootFd, this.sharedFds(home, descriptors));
      return added;
    });
  }

  hooks(): HookReport | undefined {
    this.cover();
    return this.with(({ home, catalog }) => (home?.active.size ? reportHooks(this.kernel, catalog, home, this.kernel.links(), this.setting(home)) : undefined));
  }

  detachAll(): void {
    this.with(({ home, catalog }) => {
      if (home) for (const family of FAMILIES) this.kernel.mapStoreWord(home.rootFd, activeOffset(family), 0n);
      const links = [...this.kernel.links()].sort((a, b) => Number(a.ifindex === LOOPBACK_IFINDEX) - Number(b.ifindex === LOOPBACK_IFINDEX));
      removeXdp(this.kernel, catalog, links, () => false);
      for (const link of links) {
        for (const program of catalog.attachedBoth(link.ifindex)) remove(this.kernel, link.ifindex, program);
      }
    });
  }

  private setting(home: { readonly rootFd: number }): HookSetting {
    return decodeHook(this.kernel.mapLoadWord(home.rootFd, ROOT.hook));
  }

  private sharedFds(home: Home, descriptors: Descriptors): Map<string, number> {
    const ids = sharedMaps(home);
    const fds = new Map<string, number>();
    for (const name of ['addresses', 'local_filter', 'devices', 'addresses6', 'mirror6']) {
      const id = ids.get(sharedMapName(name));
      if (id !== undefined) fds.set(name, descriptors.own(this.kernel.mapFdById(id)));
    }
    return fds;
  }

  private with<Result>(body: (scope: { home: FoundHome | undefined; catalog: Catalog; descriptors: Descriptors }) => Result): Result {
    return withDescriptors(this.kernel, (descriptors) => {
      const catalog = new Catalog(this.kernel, descriptors);
      return body({ home: findHome(this.kernel, catalog, descriptors), catalog, descriptors });
    });
  }
}

/** The rules of the network namespace that the calling thread is in. */
export function openNamespace(kernel: Kernel): Namespace {
  return new KernelNamespace(kernel);
}
