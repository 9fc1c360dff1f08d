/**
 * Reads 64-bit little-endian relocatable ELF objects: sections, symbols and REL entries (System V ABI; BPF relocation types).
 */

const SHT_SYMTAB = 2;
const SHT_REL = 9;

/** Section types and flags callers need. */
export const SHT_PROGBITS = 1;
export const SHF_EXECINSTR = 4;

/** BPF relocation types: a 64-bit immediate (ld_imm64), a 32-bit call immediate. */
export const R_BPF_64_64 = 1;
export const R_BPF_64_32 = 10;

function text(bytes, offset) {
  const end = bytes.indexOf(0, offset);
  return bytes.toString('latin1', offset, end);
}

function readSections(file) {
  const at = Number(file.readBigUInt64LE(0x28));
  const size = file.readUInt16LE(0x3a);
  const count = file.readUInt16LE(0x3c);
  const names = file.readUInt16LE(0x3e);
  const sections = [];
  for (let i = 0; i < count; i++) {
    const header = at + i * size;
    const offset = Number(file.readBigUInt64LE(header + 0x18));
    const length = Number(file.readBigUInt64LE(header + 0x20));
    sections.push({
      index: i,
      nameOffset: file.readUInt32LE(header),
      name: '',
      type: file.readUInt32LE(header + 4),
      flags: Number(file.readBigUInt64LE(header + 8)),
      link: file.readUInt32LE(header + 0x28),
      info: file.readUInt32LE(header + 0x2c),
      data: file.subarray(offset, offset + length),
    });
  }
  for (const section of sections) section.name = text(sections[names].data, section.nameOffset);
  return sections;
}

function readSymbols(sections) {
  const table = sections.find((section) => section.type === SHT_SYMTAB);
  const names = sections[table.link].data;
  const symbols = [];
  for (let at = 0; at < table.data.length; at += 24) {
    symbols.push({
      name: text(names, table.data.readUInt32LE(at)),
      type: table.data[at + 4] & 15,
      global: table.data[at + 4] >> 4 !== 0,
      section: table.data.readUInt16LE(at + 6),
      value: Number(table.data.readBigUInt64LE(at + 8)),
    });
  }
  return symbols;
}

/**
 * @param {Buffer} file the object's bytes
 * @returns {{sections: object[], symbols: object[], relocations: (section: number) => {offset: number, type: number, symbol: object}[]}}
 */
export function readElf(file) {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
    throw new Error('not a 64-bit little-endian ELF object');
  }
  const sections = readSections(file);
  const symbols = readSymbols(sections);
  const relocations = (section) => {
    const table = sections.find((each) => each.type === SHT_REL && each.info === section);
    const found = [];
    for (let at = 0; table && at < table.data.length; at += 16) {
      const info = table.data.readBigUInt64LE(at + 8);
      found.push({
        offset: Number(table.data.readBigUInt64LE(at)),
        type: Number(info & 0xffffffffn),
        symbol: symbols[Number(info >> 32n)],
      });
    }
    return found;
  };
  return { sections, symbols, relocations };
}
