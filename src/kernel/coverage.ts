/** Keeps the set of interfaces that carry our programs equal to the set that should. */
import type { Family } from '../ruleset/model.js';
import type { Catalog, OwnProgram } from './catalog.js';
import { covered } from './devices.js';
import { DIRECTIONS, LOOPBACK_IFINDEX, type Direction, type Kernel, type Link, type XdpMode } from './kernel.js';
import { place, remove } from './swap.js';
import { findXdp, placeXdp, removeXdp, xdpDevices, type XdpOutcome } from './xdp.js';

/** The namespace as found through loopback: what every interface should carry. */
export interface Home {
  readonly rootId: number;
  /** Those at tc. */
  readonly programs: readonly OwnProgram<Direction>[];
  /** The generation in force of each family that has one. */
  readonly active: ReadonlyMap<Family, bigint>;
}

/** Whether `program` belongs to the generation in force. */
export function inForce(home: Home, program: OwnProgram): boolean {
  return home.active.get(program.family) === program.generation;
}

/** Names of interfaces that should carry the generations in force, but do not. */
export function uncovered(catalog: Catalog, home: Home, links: readonly Link[]): string[] {
  const wanted = home.programs.filter((program) => inForce(home, program));
  return covered(links)
    .filter((link) => {
      const ids = new Set(catalog.attachedBoth(link.ifindex).map((program) => program.id));
      return wanted.some((program) => !ids.has(program.id));
    })
    .map((link) => link.name);
}

/**
 * Removes what should not be there: our programs on ports of bridges and the like, and those that belong to another
 * namespace's root (a device brought its programs along, or a first load was killed halfway). `home` absent: all of ours are such.
 * @returns the links, listed anew where their XDP programs changed.
 */
export function sweep(kernel: Kernel, catalog: Catalog, home: Home | undefined, links: readonly Link[]): readonly Link[] {
  const wanted = new Set(covered(links).map((link) => link.ifindex));
  const removedXdp = removeXdp(kernel, catalog, links, (program, link) => wanted.has(link.ifindex) && program.rootId === home?.rootId);
  for (const link of links) {
    for (const program of catalog.attachedBoth(link.ifindex)) {
      if (!wanted.has(link.ifindex) || program.rootId !== home?.rootId) remove(kernel, link.ifindex, program);
    }
  }
  return removedXdp ? kernel.links() : links;
}

/**
 * Puts the XDP program in force on every device that should have it, and takes off those of generations that are not. Where no device has it any
 * more (a command was killed while it replaced them) tc judges until the next commit. Returns what became of each device tried, by index.
 */
export function coverXdp(kernel: Kernel, catalog: Catalog, home: Home, links: readonly Link[], modes: readonly XdpMode[]): Map<number, XdpOutcome> {
  const outcomes = new Map<number, XdpOutcome>();
  const program = findXdp(catalog, links, (candidate) => candidate.rootId === home.rootId && inForce(home, candidate));
  if (program && modes.length > 0) {
    for (const link of xdpDevices(links)) outcomes.set(link.ifindex, placeXdp(kernel, catalog, link, program, modes).outcome);
  }
  // Those that were replaced are gone already.
  removeXdp(kernel, catalog, links, (other, link) => {
    const outcome = outcomes.get(link.ifindex);
    return outcome ? 'mode' in outcome : modes.length > 0 && inForce(home, other);
  });
  return outcomes;
}

/** Attaches to every interface what loopback carries and it lacks. Returns the names of those that were not covered before. */
export function cover(kernel: Kernel, catalog: Catalog, home: Home, links: readonly Link[]): string[] {
  const names: string[] = [];
  for (const link of covered(links)) {
    if (link.ifindex === LOOPBACK_IFINDEX) continue;
    let added = false;
    for (const direction of DIRECTIONS) {
      const present = catalog.attached(link.ifindex, direction);
      const wanted = home.programs.filter((program) => program.point === direction);
      for (const program of wanted) {
        const there = present.find((other) => other.family === program.family && (other.generation - program.generation) % 2n === 0n);
        // A stale program in its place is as good as another stale one.
        if (there && (there.id === program.id || !inForce(home, program))) continue;
        place(kernel, catalog, link.ifindex, direction, program);
        added = true;
      }
    }
    if (added) names.push(link.name);
  }
  return names;
}
