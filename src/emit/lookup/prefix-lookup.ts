/** From an IPv4 address to the payload of its most specific prefix: loads and arithmetic only, no helper, no stack, hardly a branch. */
import { Add, And, Lsh, Mov, Mul, Neg, Rsh, Sub, Xor } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JGe } from '../../asm/jump.js';
import { Load, LoadImm64 } from '../../asm/memory.js';
import type { Register } from '../../asm/register.js';
import { BUCKET_BYTES, MULTIPLIER, SLOTS } from '../../plan/lookup/host-hash.js';
import { LANE_BITS, LANES, NODE_BYTES } from '../../plan/lookup/interval-tree.js';
import type { PrefixTable, SearchForm } from '../../plan/lookup/prefix-table.js';
import { powerOfTwo } from '../../plan/power-of-two.js';

/** Where a table lies: `offset` a multiple of 64 in the value of a one-element array map of at least `offset` + the table's `reach` bytes. */
export interface TablePlace {
  readonly map: string;
  readonly offset: number;
}

/** `value` holds the address (host order, zero-extended) and is lost, `result` gets the payload; all are different registers. */
export interface LookupRegisters {
  readonly value: Register;
  readonly result: Register;
  readonly scratch: readonly [Register, Register, Register, Register];
}

/** `every` lane of a node's word with `value` in it. */
const lanes = (value: bigint): bigint => Array.from({ length: LANES }, (_, lane) => value << BigInt(lane * LANE_BITS)).reduce((sum, part) => sum | part, 0n);
const EVERY_LANE = lanes(1n);
/** The bit of each lane that says its boundary is not above the lower half. */
const NOT_ABOVE = lanes(1n << 16n);
/** Brings the sum of all lanes' NOT_ABOVE bits down, once EVERY_LANE has multiplied it into the last lane. The 16 bits below it are zero. */
const SUM_SHIFT = (LANES - 1) * LANE_BITS + 16;

type Tree = Extract<SearchForm, { kind: 'tree' }>;

/**
 * result = the value that the node of this number has for the lower halves in `lower`. `notAbove` = NOT_ABOVE.
 * Clobbers node, sum, one.
 */
function emitNode(code: Code, tree: Tree, { map, offset }: TablePlace, result: Register, lower: Register, [notAbove, node, sum, one]: LookupRegisters['scratch']): void {
  const { words, valueBytes } = tree.shape;
  code.emit(
    And.imm(result, powerOfTwo(tree.nodes) - 1),
    Lsh.imm(result, Math.log2(NODE_BYTES)),
    LoadImm64.mapValue(node, map, offset + tree.nodesAt),
    Add.reg(node, result),
  );
  for (let word = 0; word < words; word += 1) {
    const into = word === 0 ? sum : one;
    code.emit(Load.mem(into, node, word * 8, 8), Add.reg(into, lower), And.reg(into, notAbove));
    if (word > 0) code.emit(Add.reg(sum, one));
  }
  code.emit(
    LoadImm64.value(one, EVERY_LANE), Mul.reg(sum, one), Rsh.imm(sum, SUM_SHIFT - Math.log2(valueBytes)),
    Add.reg(node, sum), Load.mem(result, node, words * 8, valueBytes),
  );
}

function emitTree(code: Code, tree: Tree, place: TablePlace, { value, result, scratch }: LookupRegisters): void {
  const { depth, firstLeaf, firstLeafRoot, nodes, entryBytes } = tree;
  const [first, second] = scratch;
  code.emit(
    Mov.reg(first, value), Rsh.imm(first, 16), Lsh.imm(first, Math.log2(entryBytes)),
    LoadImm64.mapValue(second, place.map, place.offset), Add.reg(second, first), Load.mem(result, second, 0, entryBytes),
    And.imm(value, 0xffff), LoadImm64.value(first, EVERY_LANE), Mul.reg(value, first), LoadImm64.value(first, NOT_ABOVE),
  );
  const leaf = code.fresh('leaf');
  for (let level = 1; level < depth; level += 1) {
    // At the first level roots stand before all other nodes; below, leaves come last.
    const leavesFrom = level === 1 ? firstLeafRoot : firstLeaf;
    if (leavesFrom < nodes) code.emit(JGe.imm(result, leavesFrom, leaf));
    emitNode(code, tree, place, result, value, scratch);
  }
  code.label(leaf);
  emitNode(code, tree, place, result, value, scratch);
}

function emitList(code: Code, boundaries: number, { map, offset }: TablePlace, { value, result, scratch: [base, entry] }: LookupRegisters): void {
  code.emit(LoadImm64.mapValue(base, map, offset), Add.imm(value, 1), Mov.imm(result, 0));
  for (let boundary = 0; boundary < boundaries; boundary += 1) {
    // boundary - (address + 1) is negative exactly when the boundary is not above the address.
    code.emit(Load.mem(entry, base, boundary * 4, 4), Sub.reg(entry, value), Rsh.imm(entry, 63), Add.reg(result, entry));
  }
  code.emit(Lsh.imm(result, 2), Add.reg(base, result), Load.mem(result, base, boundaries * 4, 4));
}

function emitSearch(code: Code, search: SearchForm, place: TablePlace, registers: LookupRegisters): void {
  if (search.kind === 'constant') code.emit(Mov.imm32(registers.result, search.payload));
  else if (search.kind === 'list') emitList(code, search.boundaries, place, registers);
  else emitTree(code, search, place, registers);
}

/** result = 1 when the hash has the address, else 0; scratch[2] = the address's payload, if it has one. Leaves `value` as it is. */
function emitHosts(code: Code, bits: number, { map, offset }: TablePlace, { value, result, scratch: [bucket, one, payload] }: LookupRegisters): void {
  code.emit(
    Mov.reg(bucket, value), Mul.imm32(bucket, MULTIPLIER), Rsh.imm32(bucket, 32 - bits), Lsh.imm(bucket, Math.log2(BUCKET_BYTES)),
    LoadImm64.mapValue(one, map, offset), Add.reg(bucket, one), Mov.imm(payload, 0),
  );
  for (let slot = 0; slot < SLOTS; slot += 1) {
    // 1 where the slot holds the address: only 0 - 1 is negative.
    const hit = slot === 0 ? result : one;
    code.emit(Load.mem(hit, bucket, slot * 4, 4), Xor.reg(hit, value), Sub.imm(hit, 1), Rsh.imm(hit, 63));
    if (slot > 0) code.emit(Add.reg(result, one), Mul.imm(one, slot * 4), Add.reg(payload, one));
  }
  code.emit(Add.reg(bucket, payload), Load.mem(payload, bucket, SLOTS * 4, 4));
}

/**
 * Leaves in `result` what `table` answers for the address in `value`.
 * @param place where the table's bytes lie.
 */
export function emitPrefixLookup(code: Code, table: PrefixTable, place: TablePlace, registers: LookupRegisters): void {
  const { hosts, search, searchAt } = table;
  const searchPlace: TablePlace = { map: place.map, offset: place.offset + searchAt };
  if (hosts === undefined) {
    emitSearch(code, search, searchPlace, registers);
    return;
  }
  emitHosts(code, hosts.bits, place, registers);
  const { result, scratch: [, , payload] } = registers;
  if (search.kind === 'constant') {
    // The constant, with the bits changed in which the payload differs, if there is one.
    code.emit(Neg.reg(result), Xor.imm32(payload, search.payload), And.reg32(result, payload), Xor.imm32(result, search.payload));
    return;
  }
  const absent = code.fresh('absent');
  const found = code.fresh('found');
  code.emit(JEq.imm(result, 0, absent), Mov.reg(result, payload), Ja.label(found)).label(absent);
  emitSearch(code, search, searchPlace, registers);
  code.label(found);
}
