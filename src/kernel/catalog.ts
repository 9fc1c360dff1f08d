/**
 * Finds our programs: by tcx query of an interface, program by program, map by map. Everything is recognised by name (names.ts)
 * and by holding a `root` map, and asked for once.
 */
import type { Family } from '../ruleset/model.js';
import { isSystemCallError } from '../native/native.js';
import { ATTACH_TYPE } from '../native/native.js';
import type { Descriptors } from './descriptors.js';
import { DIRECTIONS, type Direction, type Kernel, type Link, type Point, type XdpMode } from './kernel.js';
import { isSharedMapName, parseProgramName, parseStateMapName, sharedMapName } from './names.js';

/** One of our programs. Generations with an even number stand first on an interface, odd ones second (docs/architecture.md, "Swap"). */
export interface OwnProgram<P extends Point = Point> {
  readonly id: number;
  readonly fd: number;
  readonly family: Family;
  readonly point: P;
  readonly generation: bigint;
  /** Ids of the root map (the namespace's identity), the state map, and of all shared maps by object name. */
  readonly rootId: number;
  readonly stateId: number;
  readonly sharedIds: ReadonlyMap<string, number>;
  readonly mapIds: readonly number[];
}

/** What a device has at XDP: a program of ours and how it is run, and the id of another one (0 = none) that keeps ours away. */
export interface XdpOccupant {
  readonly own?: { readonly program: OwnProgram<'xdp'>; readonly mode: XdpMode };
  readonly foreign: number;
}

function standsAt<P extends Point>(program: OwnProgram, point: P): program is OwnProgram<P> {
  return program.point === point;
}

/** tcx attach type of a direction. */
export function attachType(direction: Direction): number {
  return direction === 'ingress' ? ATTACH_TYPE.tcxIngress : ATTACH_TYPE.tcxEgress;
}

export class Catalog {
  private readonly programs = new Map<number, OwnProgram | undefined>();
  private readonly mapNames = new Map<number, string>();

  constructor(
    private readonly kernel: Kernel,
    private readonly descriptors: Descriptors,
  ) {}

  /** Our programs on an interface in the order they run; empty where the interface is gone. */
  attached(ifindex: number, direction: Direction): OwnProgram<Direction>[] {
    let ids: readonly number[];
    try {
      ids = this.kernel.progQuery(ifindex, attachType(direction)).ids;
    } catch (error) {
      if (isSystemCallError(error, 'ENODEV')) return [];
      throw error;
    }
    return ids.flatMap((id) => this.program(id) ?? []).filter((program) => standsAt(program, direction));
  }

  /** All our tc programs on an interface. */
  attachedBoth(ifindex: number): OwnProgram<Direction>[] {
    return DIRECTIONS.flatMap((direction) => this.attached(ifindex, direction));
  }

  /** Who holds the device's XDP hook. */
  xdp(link: Link): XdpOccupant {
    let occupant: XdpOccupant = { foreign: link.xdp.offloaded };
    for (const mode of ['native', 'generic'] as const) {
      const id = link.xdp[mode];
      if (id === 0) continue;
      const program = this.program(id);
      occupant = program && standsAt(program, 'xdp') ? { ...occupant, own: { program, mode } } : { ...occupant, foreign: id };
    }
    return occupant;
  }

  private program(id: number): OwnProgram | undefined {
    if (!this.programs.has(id)) this.programs.set(id, this.describe(id));
    return this.programs.get(id);
  }

  private describe(id: number): OwnProgram | undefined {
    let fd: number;
    try {
      fd = this.kernel.progFdById(id);
    } catch (error) {
      if (isSystemCallError(error, 'ENOENT')) return undefined; // detached between query and here
      throw error;
    }
    this.descriptors.own(fd);
    const info = this.kernel.progInfo(fd);
    const named = parseProgramName(info.name);
    if (!named) return undefined;
    const sharedIds = new Map<string, number>();
    let generation: bigint | undefined;
    let stateId = 0;
    for (const mapId of info.mapIds) {
      const name = this.mapName(mapId);
      const stateOf = parseStateMapName(name);
      if (stateOf !== undefined) [generation, stateId] = [stateOf, mapId];
      else if (isSharedMapName(name)) sharedIds.set(name, mapId);
    }
    const rootId = sharedIds.get(sharedMapName('root'));
    if (rootId === undefined || generation === undefined) return undefined;
    return { id, fd, ...named, generation, rootId, stateId, sharedIds, mapIds: info.mapIds };
  }

  private mapName(id: number): string {
    let name = this.mapNames.get(id);
    if (name === undefined) {
      const fd = this.kernel.mapFdById(id);
      name = this.kernel.mapInfo(fd).name;
      this.kernel.closeFd(fd);
      this.mapNames.set(id, name);
    }
    return name;
  }
}
