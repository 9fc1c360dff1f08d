/** From a 16-bit value to its payload: one load, or two. */
import { Add, And, Lsh, Mov, Rsh } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Load, LoadImm64 } from '../../asm/memory.js';
import { PAGE_ENTRIES, PAGES, type ShortTable } from '../../plan/lookup/short-table.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { LookupRegisters, TablePlace } from './prefix-lookup.js';

/**
 * Leaves in `result` what `table` answers for the value (zero-extended) in `value`, which is lost.
 * @param place where the table's bytes lie.
 */
export function emitShortLookup(code: Code, { entryBytes, pages }: ShortTable, { map, offset }: TablePlace, { value, result, scratch: [page] }: LookupRegisters): void {
  if (pages === undefined) {
    code.emit(Lsh.imm(value, Math.log2(entryBytes)), LoadImm64.mapValue(result, map, offset), Add.reg(value, result), Load.mem(result, value, 0, entryBytes));
    return;
  }
  code.emit(
    Mov.reg(page, value), Rsh.imm(page, 8), LoadImm64.mapValue(result, map, offset), Add.reg(page, result), Load.mem(page, page, 0, 1),
    And.imm(page, powerOfTwo(pages) - 1), Lsh.imm(page, Math.log2(PAGE_ENTRIES * entryBytes)), Add.reg(page, result),
    And.imm(value, PAGE_ENTRIES - 1), Lsh.imm(value, Math.log2(entryBytes)), Add.reg(page, value), Load.mem(result, page, PAGES, entryBytes),
  );
}
