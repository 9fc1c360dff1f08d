/**
 * Sends frames into one end of a veth pair as fast as the core goes: an XDP program under BPF_PROG_TEST_RUN with live frames writes the next
 * header of a table into each and redirects it. Everything happens on the calling core, the receiver's work included, 64 frames at a time.
 */
import { Add, And, Lsh, Mov } from '../../../src/asm/alu.js';
import { assemble } from '../../../src/asm/assemble.js';
import { Code } from '../../../src/asm/code.js';
import { Call, Exit, JGt } from '../../../src/asm/jump.js';
import { Load, LoadImm64, Store } from '../../../src/asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R6 } from '../../../src/asm/register.js';
import { LICENSE } from '../../../src/kernel/license.js';
import { relocate } from '../../../src/kernel/relocate.js';
import { native, ATTACH_TYPE, MAP_TYPE, PROG_TYPE } from '../../../src/native/native.js';
import { be16, concatBytes } from '../../../src/net/bytes.js';
import { ETHERTYPE } from '../../../src/net/ethernet.js';
import { ipv4 } from '../../../src/net/ipv4.js';
import { udp } from '../../../src/net/udp.js';
import { insideNamespace } from '../../harness/open-wire.js';
import type { Header } from '../flat-rule.js';
import { MACS } from './lane.js';

const ETHERNET = 14;
const HEADERS = 28;
/** A table entry: IP header and UDP header, filled up. */
const ENTRY_SHIFT = 5;
const MOST_HEADERS = 16_384;
/** In the table before the entries: the cursor. */
const TABLE_HEAD = 8;
const REDIRECT = 23;
const XDP_DROP = 1;
const FIRST = new Uint8Array(4);
/** Frames in flight: a quarter of a veth's ring, a poll's budget. */
const BATCH = 64;

/** Layer-3 bytes of every packet. */
export const PACKET_BYTES = 46;

function packetOf(header: Header): Uint8Array {
  const transport = udp({ sport: header.sport, dport: header.dport, checksum: 0 }, new Uint8Array(PACKET_BYTES - HEADERS));
  return ipv4({ src: BigInt(header.src), dst: BigInt(header.dst) }, transport);
}

/**
 * The whole frame is written each time: frames come round again as their receiver left them.
 * @param ifindex where frames go; @param count headers, a power of two; @param ethernet the Ethernet header.
 */
function program(ifindex: number, count: number, ethernet: Uint8Array): Code {
  const view = new DataView(ethernet.buffer, ethernet.byteOffset, ETHERNET);
  const code = new Code().emit(
    Load.mem(R2, R1, 0, 4),
    Load.mem(R3, R1, 4, 4),
    Mov.reg(R4, R2),
    Add.imm(R4, ETHERNET + HEADERS),
    Mov.imm32(R0, XDP_DROP),
    JGt.reg(R4, R3, 'out'),
    LoadImm64.mapValue(R4, 'headers'),
    Load.mem(R5, R4, 0, 8),
    Mov.reg(R6, R5),
    Add.imm(R6, 1),
    Store.mem(R4, 0, R6, 8),
    And.imm(R5, count - 1),
    Lsh.imm(R5, ENTRY_SHIFT),
    Add.reg(R4, R5),
  );
  for (const [offset, size] of [[0, 8], [8, 8], [16, 8], [24, 4]] as const) code.emit(Load.mem(R5, R4, TABLE_HEAD + offset, size), Store.mem(R2, ETHERNET + offset, R5, size));
  for (const offset of [0, 4, 8]) code.emit(Store.imm(R2, offset, view.getInt32(offset, true), 4));
  code.emit(Store.imm(R2, 12, view.getInt16(12, true), 2));
  return code.emit(Mov.imm32(R1, ifindex), Mov.imm(R2, 0), Call.helper(REDIRECT)).label('out').emit(Exit.done());
}

export class Generator {
  private readonly map: number;
  private readonly prog: number;
  private readonly frame: Uint8Array;

  /**
   * Frames leave by `device` of the namespace `namespace`, for eth0 of a lane.
   * @param headers UDP, their number a power of two up to 16384
   */
  constructor(
    private readonly namespace: string,
    device: string,
    headers: readonly Header[],
  ) {
    if (headers.length > MOST_HEADERS || headers.length === 0 || (headers.length & (headers.length - 1)) !== 0) throw new RangeError(`${headers.length} headers`);
    const table = new Uint8Array(TABLE_HEAD + (headers.length << ENTRY_SHIFT));
    headers.forEach((header, index) => table.set(packetOf(header).subarray(0, HEADERS), TABLE_HEAD + (index << ENTRY_SHIFT)));
    this.map = native().mapCreate(MAP_TYPE.array, 4, table.length, 1, 0, 'bench_headers');
    native().mapUpdate(this.map, FIRST, table, 0);
    const ifindex = insideNamespace(namespace, () => native().interfaceIndex(device));
    const ethernet = concatBytes(MACS.to, MACS.from, be16(ETHERTYPE.ipv4));
    const unit = assemble('generator', program(ifindex, headers.length, ethernet));
    const relocations = unit.relocations.flatMap((relocation) => (relocation.kind === 'call' ? [] : [relocation]));
    const insns = relocate({ name: 'generator', hook: 'xdp', insns: unit.insns, relocations, origins: [] }, new Map([['headers', this.map]]), { kfuncs: new Map(), fields: new Map() });
    this.prog = native().progLoad(PROG_TYPE.xdp, ATTACH_TYPE.none, insns, LICENSE, 'generator');
    this.frame = concatBytes(ethernet, packetOf(headers[0]!));
  }

  /** Sends `packets` frames. Returns ns a frame, from the first to the last (making and freeing the frames' pages is not counted). */
  send(packets: number): number {
    return insideNamespace(this.namespace, () => native().progSendFrames(this.prog, this.frame, packets, BATCH));
  }

  close(): void {
    native().closeFd(this.prog);
    native().closeFd(this.map);
  }
}
