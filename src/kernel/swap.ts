/**
 * Puts the programs of a generation in their places and makes it the one in force (docs/architecture.md, "Swap").
 * On each interface and direction a family has two places: even generations first, odd ones second.
 */
import type { Family } from '../ruleset/model.js';
import { ATTACH_FLAG, isSystemCallError } from '../native/native.js';
import { attachType, type Catalog, type OwnProgram } from './catalog.js';
import type { Direction, Kernel } from './kernel.js';

/** A program to be attached. */
export interface NewProgram {
  readonly fd: number;
  readonly family: Family;
  readonly generation: bigint;
}

/** Takes one placement back. */
export type Undo = () => void;

/** Whether two generations share a place. */
function samePlace(a: bigint, b: bigint): boolean {
  return (a - b) % 2n === 0n;
}

/** Byte offset of root.active[family] (bpf/layout.h, struct root). */
export function activeOffset(family: Family): number {
  return family === 'ipv4' ? 0 : 8;
}

/**
 * Puts `program` in its place on an interface: instead of the program there, else beside its family's other one, else at the end of the list.
 * Returns how to take it back; an interface that is gone meanwhile is nothing to do.
 */
export function place(kernel: Kernel, catalog: Catalog, ifindex: number, direction: Direction, program: NewProgram): Undo {
  const type = attachType(direction);
  const present = catalog.attached(ifindex, direction).filter((other) => other.family === program.family);
  const occupant = present.find((other) => samePlace(other.generation, program.generation));
  try {
    if (occupant) {
      kernel.progReplace(program.fd, ifindex, type, occupant.fd);
      return () => kernel.progReplace(occupant.fd, ifindex, type, program.fd);
    }
    const partner = present[0];
    const side = program.generation % 2n === 0n ? ATTACH_FLAG.before : ATTACH_FLAG.after;
    kernel.progAttach(program.fd, ifindex, type, partner ? side | ATTACH_FLAG.id : 0, partner?.id ?? 0, 0n);
    return () => kernel.progDetach(program.fd, ifindex, type);
  } catch (error) {
    if (isSystemCallError(error, 'ENODEV')) return () => undefined;
    throw error;
  }
}

/**
 * Runs the steps that put a generation's programs in their places, then stores its number into root.active: the switch.
 * When anything fails the steps are taken back and the generation in force is untouched.
 */
export function swap(kernel: Kernel, rootFd: number, family: Family, generation: bigint, steps: Iterable<() => Undo>): void {
  const undo: Undo[] = [];
  try {
    for (const step of steps) undo.push(step());
    kernel.mapStoreWord(rootFd, activeOffset(family), generation);
  } catch (error) {
    for (const takeBack of undo.reverse()) {
      try {
        takeBack();
      } catch (failure) {
        // A program left behind is passive; the next commit replaces it. The interface may also be gone.
        if (!isSystemCallError(failure)) throw failure;
      }
    }
    throw error;
  }
}

/** Takes one of our programs off an interface; gone already is fine. */
export function remove(kernel: Kernel, ifindex: number, program: OwnProgram<Direction>): void {
  try {
    kernel.progDetach(program.fd, ifindex, attachType(program.point));
  } catch (error) {
    if (!isSystemCallError(error, 'ENOENT') && !isSystemCallError(error, 'ENODEV')) throw error;
  }
}
