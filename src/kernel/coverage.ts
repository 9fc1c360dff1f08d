/** Keeps the set of interfaces that carry our programs equal to the set that should. */
import type { Family } from '../ruleset/model.js';
import type { Catalog, OwnProgram } from './catalog.js';
import { covered } from './devices.js';
import { DIRECTIONS, LOOPBACK_IFINDEX, type Kernel, type Link } from './kernel.js';
import { place, remove } from './swap.js';

/** The namespace as found through loopback: what every interface should carry. */
export interface Home {
  readonly rootId: number;
  readonly programs: readonly OwnProgram[];
  /** The generation in force of each family that has one. */
  readonly active: ReadonlyMap<Family, bigint>;
}

/** Whether `program` belongs to the generation in force. */
function inForce(home: Home, program: OwnProgram): boolean {
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
 */
export function sweep(kernel: Kernel, catalog: Catalog, home: Home | undefined, links: readonly Link[]): void {
  const wanted = new Set(covered(links).map((link) => link.ifindex));
  for (const link of links) {
    for (const program of catalog.attachedBoth(link.ifindex)) {
      if (!wanted.has(link.ifindex) || program.rootId !== home?.rootId) remove(kernel, link.ifindex, program);
    }
  }
}

/** Attaches to every interface what loopback carries and it lacks. Returns the names of those that were not covered before. */
export function cover(kernel: Kernel, catalog: Catalog, home: Home, links: readonly Link[]): string[] {
  const names: string[] = [];
  for (const link of covered(links)) {
    if (link.ifindex === LOOPBACK_IFINDEX) continue;
    let added = false;
    for (const direction of DIRECTIONS) {
      const present = catalog.attached(link.ifindex, direction);
      const wanted = home.programs.filter((program) => program.direction === direction);
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
