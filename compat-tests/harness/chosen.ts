/**
 * Rules that read what the kernel chooses by chance for its own IPv4 packets, so that the twins cannot agree on its answers: the identification
 * (bytes 4 and 5) and with it the checksum (10 and 11). A pattern of a byte or two is soon found there, or between there and an address.
 */

const isChosen = (byte: number): boolean => byte === 4 || byte === 5 || byte === 10 || byte === 11;

function touches(at: number, size: number, mask = 0xffffffff): boolean {
  return Array.from({ length: size }, (_, index) => index).some((index) => isChosen(at + index) && ((mask >>> ((size - 1 - index) * 8)) & 0xff) !== 0);
}

/** Bytes that the load instructions of classic BPF read, by opcode. */
const LOADS: Readonly<Record<number, number>> = { 0x20: 4, 0x28: 2, 0x30: 1 };

function bpfReads(program: string): boolean {
  return program.split(',').slice(1).some((instruction) => {
    const [code, , , k] = instruction.trim().split(' ').map(Number) as [number, number, number, number];
    return touches(k, LOADS[code] ?? 0);
  });
}

function u32Reads(tests: string): boolean {
  return [...tests.matchAll(/(?:^|&&)(0x[0-9a-f]+)(?:&(0x[0-9a-f]+))?/g)].some(([, at, mask]) => touches(Number(at), 4, mask === undefined ? undefined : Number(mask)));
}

function patternBytes(rule: string): number {
  const [, kind, text] = / --(hex-)?string "((?:[^"\\]|\\.)*)"/.exec(rule) ?? [];
  if (text === undefined) return Infinity;
  return kind === undefined ? text.length : text.replace(/\|([0-9a-f ]*)\|/g, (_, hex: string) => '.'.repeat(hex.replaceAll(' ', '').length / 2)).length;
}

/** Whether a rule as iptables-save writes it does. */
export function readsWhatIsChosen(rule: string): boolean {
  if (/ --from (\d{2,})/.test(rule) === false && [...rule.matchAll(/-m string .*?(?= -[mjg] |$)/g)].some(([match]) => patternBytes(` ${match.slice(3)}`) <= 2)) return true;
  return [...rule.matchAll(/ --bytecode "([^"]*)"/g)].some(([, program]) => bpfReads(program!)) || [...rule.matchAll(/ --u32 "([^"]*)"/g)].some(([, tests]) => u32Reads(tests!));
}
