/** The programs of the current network namespace, found on loopback, where a commit puts them first. */
import type { Family } from '../ruleset/model.js';
import type { Catalog } from './catalog.js';
import { inForce, type Home } from './coverage.js';
import type { Descriptors } from './descriptors.js';
import { LOOPBACK_IFINDEX, type Kernel } from './kernel.js';
import { FLOW_TABLE_MAPS, sharedMapName } from './names.js';
import { activeOffset } from './swap.js';

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Shared maps that a commit may make anew (flows/resize.ts), by object name. */
const REPLACEABLE = FLOW_TABLE_MAPS.map(sharedMapName);

export interface FoundHome extends Home {
  readonly rootFd: number;
}

/** What loopback carries, or undefined where nothing of ours is there. */
export function findHome(kernel: Kernel, catalog: Catalog, descriptors: Descriptors): FoundHome | undefined {
  const found = catalog.attachedBoth(LOOPBACK_IFINDEX);
  const rootId = found[0]?.rootId;
  if (rootId === undefined) return undefined;
  const rootFd = descriptors.own(kernel.mapFdById(rootId));
  const programs = found.filter((program) => program.rootId === rootId);
  const active = new Map<Family, bigint>();
  for (const family of FAMILIES) {
    const generation = kernel.mapLoadWord(rootFd, activeOffset(family));
    if (generation !== 0n) active.set(family, generation);
  }
  return { rootId, rootFd, programs, active };
}

/**
 * Ids of the namespace's shared maps, by object name. A map that a commit may make anew counts once a program in force has it: a commit that was
 * killed before its switch leaves a passive program with one that holds nothing yet. Of two in force (one a family) the later one, with the greater id.
 */
export function sharedMaps(home: Home): Map<string, number> {
  const ids = new Map<string, number>();
  for (const program of home.programs) {
    for (const [name, id] of program.sharedIds) if (inForce(home, program) || !REPLACEABLE.includes(name)) ids.set(name, Math.max(id, ids.get(name) ?? 0));
  }
  return ids;
}
