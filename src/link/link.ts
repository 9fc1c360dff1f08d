/** Joins a main unit with the library functions it reaches into one program, as bpf-to-bpf calls. */
import type { ProgFunction, Relocation } from '../emit/spec.js';
import type { CallRelocation, CodeUnit } from './code-unit.js';

export interface Linked {
  readonly insns: Uint8Array;
  readonly relocations: readonly Relocation[];
  readonly functions?: readonly ProgFunction[];
  readonly origins: readonly { readonly insn: number; readonly text: string }[];
}

const isCall = (relocation: Relocation | CallRelocation): relocation is CallRelocation => relocation.kind === 'call';
const PSEUDO_CALL = 1;

/** `main` and everything it calls, directly or not, in the order first reached. */
function reachable(main: CodeUnit, library: ReadonlyMap<string, CodeUnit>): CodeUnit[] {
  const units = [main];
  const seen = new Set([main.name]);
  // The array grows while it is walked: every unit is visited once, so this ends.
  for (const unit of units) {
    for (const { symbol } of unit.relocations.filter(isCall)) {
      if (seen.has(symbol)) continue;
      const callee = library.get(symbol);
      if (callee === undefined) throw new Error(`${unit.name} calls ${symbol}, which is not in the library`);
      seen.add(symbol);
      units.push(callee);
    }
  }
  return units;
}

/**
 * One program: `main` first, then the library functions reachable from it; unreached ones are left out.
 * @returns instruction bytes with call offsets filled in, and the remaining relocations and origins at their new places.
 * @throws Error when a called symbol is not in the library, or the library has a name twice.
 */
export function link(main: CodeUnit, library: readonly CodeUnit[]): Linked {
  const byName = new Map<string, CodeUnit>();
  for (const unit of library) {
    if (byName.has(unit.name)) throw new Error(`the library has ${unit.name} twice`);
    byName.set(unit.name, unit);
  }
  const units = reachable(main, byName);
  const starts = new Map<string, number>();
  let total = 0;
  for (const unit of units) {
    starts.set(unit.name, total);
    total += unit.insns.byteLength / 8;
  }

  const insns = new Uint8Array(total * 8);
  const view = new DataView(insns.buffer);
  const relocations: Relocation[] = [];
  const origins: { insn: number; text: string }[] = [];
  for (const unit of units) {
    const start = starts.get(unit.name)!;
    insns.set(unit.insns, start * 8);
    for (const origin of unit.origins) origins.push({ insn: start + origin.insn, text: origin.text });
    for (const relocation of unit.relocations) {
      const insn = start + relocation.insn;
      if (!isCall(relocation)) {
        relocations.push({ ...relocation, insn });
        continue;
      }
      view.setUint8(insn * 8 + 1, (view.getUint8(insn * 8 + 1) & 0x0f) | (PSEUDO_CALL << 4));
      view.setInt32(insn * 8 + 4, starts.get(relocation.symbol)! - (insn + 1), true);
    }
  }
  const functions = units.map(({ name, alone }): ProgFunction => ({ insn: starts.get(name)!, name, ...(alone === undefined ? {} : { alone }) }));
  return { insns, relocations, origins, ...(functions.some(({ alone }) => alone !== undefined) ? { functions } : {}) };
}
