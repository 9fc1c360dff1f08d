/** A compiled ruleset loaded to be timed: the variant `bench` under BPF_PROG_TEST_RUN, its headers out of a table. */
import type { GenerationSpec } from '../../src/emit/spec.js';
import { TEST_CODE } from '../../src/emit/test-hook.js';
import { VERDICT } from '../../src/emit/record.js';
import { readCounterMap } from '../../src/kernel/counters.js';
import { Descriptors } from '../../src/kernel/descriptors.js';
import { loadGeneration } from '../../src/kernel/generation.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { realKernel } from '../../src/kernel/real-kernel.js';
import { BENCH_HEADER_SIZE, BENCH_HEADERS, BENCH_METAS, BENCH_TABLE_HEAD, TEST_META_SIZE } from '../../src/link/stage-maps.js';
import { native } from '../../src/native/native.js';
import { be16, concatBytes } from '../../src/net/bytes.js';
import { ETHERTYPE } from '../../src/net/ethernet.js';
import { ipv4 } from '../../src/net/ipv4.js';
import { tcp } from '../../src/net/tcp.js';
import { decodePacket } from '../../src/net/decode.js';
import { encodeTestMeta } from '../../src/property/test-meta.js';
import type { Header } from './flat-rule.js';
import type { Surroundings } from './workload.js';

/** The packet that is parsed before its headers are replaced: TCP with every header a rule could ask for. */
const L3 = ipv4({ src: 0x0a000001n, dst: 0x0a000002n }, tcp({ sport: 1, dport: 2 }, new Uint8Array(20)));
const FRAME = concatBytes(Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2), be16(ETHERTYPE.ipv4), L3);
/** What each run adds to a byte counter. */
export const PACKET_LENGTH = BigInt(L3.length);

const ENTRY = new Uint8Array(4);
/** Maps of the measurement, not of the ruleset. */
const OWN_MAPS: ReadonlySet<string> = new Set(['bench_table', 'bench_metas', 'test_meta']);

/** A header table as the program reads it. `headers` must number a power of two. @throws RangeError for another number */
function encodeTable(headers: readonly Header[]): Uint8Array {
  const bytes = new Uint8Array(BENCH_TABLE_HEAD + BENCH_HEADERS * BENCH_HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  if (headers.length > BENCH_HEADERS || (headers.length & (headers.length - 1)) !== 0 || headers.length === 0) throw new RangeError(`a table of ${headers.length} headers`);
  view.setBigUint64(8, BigInt(headers.length - 1), true);
  headers.forEach((header, index) => {
    const at = BENCH_TABLE_HEAD + index * BENCH_HEADER_SIZE;
    view.setUint32(at, header.src, true);
    view.setUint32(at + 4, header.dst, true);
    view.setUint16(at + 8, header.sport, true);
    view.setUint16(at + 10, header.dport, true);
    [header.proto, header.tcpFlags, header.icmpType, header.icmpCode].forEach((value, place) => view.setUint8(at + 12 + place, value));
    view.setUint32(at + 16, header.meta, true);
  });
  return bytes;
}

function encodeMetas(metas: readonly Surroundings[]): Uint8Array {
  if (metas.length > BENCH_METAS) throw new RangeError(`${metas.length} metas`);
  const bytes = new Uint8Array(BENCH_METAS * TEST_META_SIZE);
  metas.forEach(({ hook, meta }, index) => bytes.set(encodeTestMeta(decodePacket(L3, meta), hook), index * TEST_META_SIZE));
  return bytes;
}

/** Bytes of a generation's own maps, as asked for: counters for 2 CPUs, whatever this machine has. */
export function mapBytes(spec: GenerationSpec, cpus: number): number {
  return spec.maps
    .filter((map) => map.scope === 'generation' && !OWN_MAPS.has(map.name))
    .reduce((sum, map) => sum + map.maxEntries * (map.name === 'counters' ? (map.valueSize / cpus) * 2 : map.type === 'percpu_array' ? map.valueSize * 2 : map.valueSize), 0);
}

export class BenchProgram {
  /** Of the load: the verifier and the JIT, ms. */
  readonly loadTime: number;
  private readonly kernel: Kernel = realKernel();
  private readonly descriptors = new Descriptors(this.kernel);
  private readonly program: number;
  private readonly maps: ReadonlyMap<string, number>;

  /** @throws InternalFault with the verifier's words */
  constructor(
    spec: GenerationSpec,
    metas: readonly Surroundings[],
  ) {
    let spent = 0;
    const progLoad: Kernel['progLoad'] = (...arguments_) => {
      const start = process.hrtime.bigint();
      const fd = this.kernel.progLoad(...arguments_);
      spent += Number(process.hrtime.bigint() - start) / 1e6;
      return fd;
    };
    try {
      const loaded = loadGeneration({ ...this.kernel, progLoad }, spec, new Map(), this.descriptors);
      this.program = loaded.programs[0]!.fd;
      this.maps = loaded.maps;
      this.kernel.mapUpdate(this.maps.get('bench_metas')!, ENTRY, encodeMetas(metas), 0);
    } catch (error) {
      this.descriptors.close();
      throw error;
    }
    this.loadTime = spent;
  }

  /** The packets to come, from the first. */
  load(headers: readonly Header[]): void {
    this.kernel.mapUpdate(this.maps.get('bench_table')!, ENTRY, encodeTable(headers), 0);
  }

  /** Runs the next packets of the table. `duration`: ns per packet, whole (the kernel rounds); `verdict`: of the last one. */
  run(repeat: number): { readonly duration: number; readonly verdict: number } {
    const { retval, duration } = native().progTestRun(this.program, FRAME, undefined, repeat, 0);
    if (retval === TEST_CODE.pass || retval === TEST_CODE.discard) throw new Error(`the program did not judge: ${retval}`);
    return { duration, verdict: retval };
  }

  /** Packets and bytes by slot, alternating. */
  counters(): BigInt64Array {
    return readCounterMap(this.kernel, this.maps.get('counters')!);
  }

  close(): void {
    this.descriptors.close();
  }
}

/** The name of a verdict that `run` returned. */
export function verdictName(code: number): string {
  return Object.entries(VERDICT).find(([, value]) => value === code)?.[0] ?? String(code);
}
