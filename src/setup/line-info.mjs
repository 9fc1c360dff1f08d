/**
 * Source lines of instructions from a BPF object's .BTF and .BTF.ext (Documentation/bpf/btf.rst, "struct bpf_line_info").
 */

/**
 * @param {Buffer} btf section .BTF
 * @param {Buffer} ext section .BTF.ext
 * @returns {Map<string, {insn: number, text: string}[]>} by code section name: instruction index and "file.c:LINE"
 */
export function readLineInfo(btf, ext) {
  const strings = btf.readUInt32LE(4) + btf.readUInt32LE(16);
  const text = (offset) => btf.toString('latin1', strings + offset, btf.indexOf(0, strings + offset));
  const lines = new Map();
  const end = ext.readUInt32LE(4) + ext.readUInt32LE(16) + ext.readUInt32LE(20);
  let at = ext.readUInt32LE(4) + ext.readUInt32LE(16);
  const size = ext.readUInt32LE(at);
  at += 4;
  while (at < end) {
    const section = text(ext.readUInt32LE(at));
    const count = ext.readUInt32LE(at + 4);
    const found = [];
    at += 8;
    for (let i = 0; i < count; i++, at += size) {
      const file = text(ext.readUInt32LE(at + 4)).replace(/^.*\//, '');
      const line = ext.readUInt32LE(at + 12) >>> 10;
      found.push({ insn: ext.readUInt32LE(at) / 8, text: `${file}:${line}` });
    }
    lines.set(section, found);
  }
  return lines;
}
