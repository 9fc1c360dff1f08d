/**
 * Turns an object that clang made of bpf/*.c into code units (src/link/code-unit.ts): one for each function, with
 * symbols become relocations by the names of bpf/kernel.h.
 */
import { R_BPF_64_32, R_BPF_64_64, SHF_EXECINSTR, SHT_PROGBITS, readElf } from './elf.mjs';
import { readLineInfo } from './line-info.mjs';

const PSEUDO_CALL = 1;
const PSEUDO_KFUNC_CALL = 2;
const CALL = 0x85;
const LD_IMM64 = 0x18;

/** Undefined symbol of an ld_imm64 to a relocation; `addend` is the immediate clang left. */
function immediate(insn, name, addend) {
  if (name.startsWith('value_')) return { insn, kind: 'map-value', map: name.slice(6), offset: addend };
  if (addend !== 0) throw new Error(`${name}+${addend}: no offset can be added to this symbol`);
  if (name.startsWith('map_')) return { insn, kind: 'map', map: name.slice(4) };
  const field = /^koff__(.+?)__(.+)$/.exec(name);
  if (field) return { insn, kind: 'field-offset', struct: field[1], field: field[2] };
  const optional = /^kopt__(.+?)__(.+)$/.exec(name);
  if (optional) return { insn, kind: 'field-offset', struct: optional[1], field: `${optional[2]}?` };
  const bit = /^kbit__(.+?)__(.+)$/.exec(name);
  if (bit) return { insn, kind: 'field-offset', struct: bit[1], field: `${bit[2]}:bit` };
  if (name.startsWith('ktype__')) return { insn, kind: 'field-offset', struct: name.slice(7), field: ':type' };
  throw new Error(`undefined symbol ${name} is none of map_, value_, koff__, kopt__, kbit__, ktype__`);
}

/** One function's bytes and relocations; `functionOf(symbol, imm)` names a callee within the object, undefined otherwise. */
function unit(name, section, relocations, functionOf, lines) {
  const insns = Buffer.from(section.data);
  const found = [];
  for (const { offset, type, symbol } of relocations) {
    const insn = offset / 8;
    const opcode = insns[offset];
    if (type === R_BPF_64_64 && opcode === LD_IMM64) {
      if (symbol.section !== 0) throw new Error(`${name}: constant data (${symbol.name || 'a section'}) is not supported: no globals, no string literals`);
      found.push(immediate(insn, symbol.name, insns.readInt32LE(offset + 4)));
      insns.writeInt32LE(0, offset + 4);
    } else if (type === R_BPF_64_32 && opcode === CALL) {
      const callee = functionOf(symbol, insns.readInt32LE(offset + 4));
      const internal = callee !== undefined || !symbol.name.startsWith('bpf_');
      const source = internal ? PSEUDO_CALL : PSEUDO_KFUNC_CALL;
      insns[offset + 1] = (insns[offset + 1] & 15) | (source << 4);
      insns.writeInt32LE(0, offset + 4);
      found.push(internal ? { insn, kind: 'call', symbol: callee ?? symbol.name } : { insn, kind: 'kfunc', name: symbol.name });
    } else {
      throw new Error(`${name}: relocation type ${type} on opcode ${opcode} at instruction ${insn} is not supported`);
    }
  }
  found.sort((a, b) => a.insn - b.insn);
  const origins = [];
  for (const { insn, text } of lines) {
    const origin = { insn, text: `${name} (${text})` };
    if (origins.at(-1)?.insn === insn) origins.pop();
    if (origins.at(-1)?.text !== origin.text) origins.push(origin);
  }
  return { name, insns: insns.toString('base64'), relocations: found, origins };
}

/**
 * @param {Buffer} file an object of `clang -target bpf -g -ffunction-sections`
 * @returns {object[]} serialised CodeUnits, insns in base64
 */
export function unitsFromObject(file) {
  const elf = readElf(file);
  const section = (name) => elf.sections.find((each) => each.name === name);
  const lines = readLineInfo(section('.BTF').data, section('.BTF.ext').data);
  const code = elf.sections.filter((each) => each.type === SHT_PROGBITS && each.flags & SHF_EXECINSTR && each.data.length > 0);
  const functions = new Map(elf.symbols.filter((symbol) => symbol.type === 2 && symbol.section !== 0).map((symbol) => [symbol.section, symbol]));
  const functionOf = (symbol, imm) => {
    const target = functions.get(symbol.section);
    if (!target) return undefined;
    const start = symbol.type === 2 ? symbol.value : symbol.value + (imm + 1) * 8;
    if (start !== 0) throw new Error(`call into the middle of ${target.name}`);
    return target.name;
  };
  return code.map((each) => {
    const symbol = functions.get(each.index);
    if (!symbol) throw new Error(`no function in section ${each.name}`);
    return unit(symbol.name, each, elf.relocations(each.index), functionOf, lines.get(each.name) ?? []);
  });
}
