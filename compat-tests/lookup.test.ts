/** Lookups in the kernel against plain searches: the longest prefix of an address, the interval of a port; over sets of many shapes. Root. */
import t from 'tap';
import { And } from '../src/asm/alu.js';
import { emitPrefixLookup } from '../src/emit/lookup/prefix-lookup.js';
import { emitShortLookup } from '../src/emit/lookup/short-lookup.js';
import { buildPrefixTable, type PrefixTable } from '../src/plan/lookup/prefix-table.js';
import type { Prefixes } from '../src/plan/lookup/prefixes.js';
import { buildShortTable } from '../src/plan/lookup/short-table.js';
import { requireRoot } from './harness/root.js';
import { LookupProgram, MOST_VALUES, REGISTERS, TABLE_MAP } from './lookup/lookup-program.js';
import { PORT_SETS } from './lookup/port-sets.js';
import { PREFIX_SETS } from './lookup/prefix-sets.js';
import { runningKernel } from './property-kernel.js';

requireRoot();
t.setTimeout(600_000);

/** In the middle of a map: its neighbours are not to be seen. */
const OFFSET = 192;

/** The payload of the longest prefix around each value, compared with every prefix in turn. */
function naive({ values, lengths, payloads }: Prefixes, none: number, wanted: Uint32Array): Uint32Array {
  const masks = Uint32Array.from(lengths, (length) => (length === 0 ? 0 : 0xffffffff << (32 - length)));
  return wanted.map((value) => {
    let best = none;
    let longest = -1;
    for (let index = 0; index < values.length; index += 1) {
      if (lengths[index]! > longest && ((value & masks[index]!) ^ values[index]!) === 0) {
        longest = lengths[index]!;
        best = payloads[index]!;
      }
    }
    return best;
  });
}

/** Below, at and above both ends of prefixes, and values at random. */
function probes({ values, lengths }: Prefixes, random: () => number): Uint32Array {
  // The plain search is slow.
  const count = Math.min(MOST_VALUES, Math.max(1500, Math.floor(50_000_000 / (values.length + 1))));
  const step = Math.ceil((values.length * 12) / count);
  const found: number[] = [0, 0xffffffff];
  for (let index = 0; index < values.length; index += step) {
    const last = values[index]! + 2 ** (32 - lengths[index]!) - 1;
    found.push(values[index]! - 1, values[index]!, values[index]! + 1, last - 1, last, last + 1);
  }
  while (found.length < count) found.push(random());
  return Uint32Array.from(found.slice(0, count));
}

function formOf({ hosts, search }: PrefixTable): string {
  return `${hosts === undefined ? '' : 'hosts+'}${search.kind}${search.kind === 'tree' ? ` ${search.entryBytes}/${search.shape.valueBytes}/${search.depth}` : ''}`;
}

const kernel = runningKernel();
const forms = new Set<string>();
for (const { name, prefixes, none, random } of PREFIX_SETS) {
  const table = buildPrefixTable(prefixes, { none });
  forms.add(formOf(table));
  // What lies around the table must not matter.
  const bytes = new Uint8Array(OFFSET + table.reach).fill(0xa5);
  bytes.set(table.bytes, OFFSET);
  const program = new LookupProgram(kernel, bytes, bytes.length, (code) => emitPrefixLookup(code, table, { map: TABLE_MAP, offset: OFFSET }, REGISTERS));
  const wanted = probes(prefixes, random);
  const got = program.answers(wanted);
  const expected = naive(prefixes, none, wanted);
  const wrong = wanted.findIndex((_, index) => got[index] !== expected[index]);
  t.equal(wrong === -1 ? '' : `${wanted[wrong]}: ${got[wrong]} instead of ${expected[wrong]}`, '', `${name}: ${prefixes.values.length} prefixes, ${formOf(table)}, ${table.bytes.length} bytes`);
  program.close();
}

const short = new Set<string>();
for (const { name, intervals } of PORT_SETS) {
  const table = buildShortTable(intervals);
  short.add(`${table.entryBytes} ${table.pages === undefined ? 'flat' : 'paged'}`);
  const bytes = new Uint8Array(OFFSET + table.reach).fill(0xa5);
  bytes.set(table.bytes, OFFSET);
  const program = new LookupProgram(kernel, bytes, bytes.length, (code) => {
    // The record's ports are loaded as 16 bits.
    code.emit(And.imm(REGISTERS.value, 0xffff));
    emitShortLookup(code, table, { map: TABLE_MAP, offset: OFFSET }, REGISTERS);
  });
  const wrong: string[] = [];
  for (let first = 0; first < 65_536; first += MOST_VALUES) {
    const wanted = Uint32Array.from({ length: MOST_VALUES }, (_, index) => first + index);
    program.answers(wanted).forEach((answer, index) => {
      const expected = intervals.payloads[intervals.starts.findLastIndex((start) => start <= first + index)];
      if (answer !== expected) wrong.push(`${first + index}: ${answer} instead of ${expected}`);
    });
  }
  t.strictSame(wrong.slice(0, 3), [], `${name}: ${intervals.starts.length} intervals of ports, ${table.entryBytes} bytes an entry, ${table.pages ?? 'no'} pages`);
  program.close();
}
t.strictSame([...short].sort(), ['1 flat', '1 paged', '2 flat', '2 paged', '4 flat', '4 paged'], 'all forms of port tables were met');
t.strictSame([...forms].map((form) => form.split(' ')[0]).filter((form, index, all) => all.indexOf(form) === index).sort(), ['constant', 'hosts+constant', 'hosts+list', 'hosts+tree', 'list', 'tree'], 'all forms were met');
