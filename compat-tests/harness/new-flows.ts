/**
 * A flood in which every packet begins a flow of its own: frames of one kind, written anew under BPF_PROG_TEST_RUN with the next source address and
 * port. Everything happens on the calling core, the receiver's work included.
 */
import { Add, And, Lsh, Mov, Or, Rsh, Xor } from '../../src/asm/alu.js';
import { assemble } from '../../src/asm/assemble.js';
import { Code } from '../../src/asm/code.js';
import { Call, Exit, JGt } from '../../src/asm/jump.js';
import { Load, LoadImm64, Store } from '../../src/asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R6 } from '../../src/asm/register.js';
import { LICENSE } from '../../src/kernel/license.js';
import { relocate } from '../../src/kernel/relocate.js';
import { native, ATTACH_TYPE, MAP_TYPE, PROG_TYPE } from '../../src/native/native.js';
import { be16, concatBytes } from '../../src/net/bytes.js';
import { ETHERTYPE } from '../../src/net/ethernet.js';
import { ipv4 } from '../../src/net/ipv4.js';
import { tcp, TCP_FLAG } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import { insideNamespace } from './open-wire.js';

export type FlowKind = 'SYN' | 'UDP';

export interface FloodWay {
  /** Frames leave by this device of this namespace. */
  readonly namespace: string;
  readonly device: string;
  readonly macs: { readonly to: Uint8Array; readonly from: Uint8Array };
  /** Of all packets: the upper half of the source addresses, the destination. */
  readonly sources: bigint;
  readonly target: bigint;
  readonly port: number;
}

const ETHERNET = 14;
/** In a frame: IP identifier, lower half of the source address, source port, sequence number. */
const PLACES = { id: ETHERNET + 4, source: ETHERNET + 14, sport: ETHERNET + 20, seq: ETHERNET + 24 } as const;
const FIRST_PORT = 1024;
/** More flows than this would have source ports beyond the last. */
const MOST = 65_536 * (65_536 - FIRST_PORT);
const REDIRECT = 23;
const XDP_DROP = 1;
const FIRST = new Uint8Array(4);
const BATCH = 64;

/** The first packet; what its varying fields begin with is such that the checksums stay right. */
function packetOf(kind: FlowKind, { sources, target, port }: FloodWay): Uint8Array {
  const payload = new Uint8Array(18);
  const ports = { sport: FIRST_PORT, dport: port };
  return ipv4({ src: sources, dst: target, id: 0xffff, ttl: 64 }, kind === 'SYN' ? tcp({ ...ports, seq: ((0xffff - FIRST_PORT) * 65_536 + 0xffff), flags: TCP_FLAG.syn }) : udp({ ...ports, checksum: 0 }, payload));
}

/**
 * Writes x, the lower half of the count, into the source address, and y, the upper half, into the source port; their complements into the IP
 * identifier and, for a SYN, the sequence number, so that the sums do not change.
 */
function program(ifindex: number, frame: Uint8Array, kind: FlowKind): Code {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const code = new Code().emit(
    Load.mem(R2, R1, 0, 4),
    Load.mem(R3, R1, 4, 4),
    Mov.reg(R4, R2),
    Add.imm(R4, frame.length),
    Mov.imm32(R0, XDP_DROP),
    JGt.reg(R4, R3, 'out'),
    LoadImm64.mapValue(R4, 'count'),
    Load.mem(R5, R4, 0, 8),
    Mov.reg(R6, R5),
    Add.imm(R6, 1),
    Store.mem(R4, 0, R6, 8),
  );
  // Frames come round again as their receiver left them.
  for (let offset = 0; offset + 2 <= frame.length; offset += 2) code.emit(Store.imm(R2, offset, view.getInt16(offset, true), 2));
  const half = (places: readonly [number, number | undefined], complement: number | undefined): void => {
    const [big] = places;
    // To network order: the two bytes change places.
    code.emit(And.imm(R3, 0xffff), Mov.reg(R6, R3), Rsh.imm(R6, 8), Lsh.imm(R3, 8), Or.reg(R3, R6), And.imm(R3, 0xffff), Store.mem(R2, big, R3, 2), Xor.imm(R3, 0xffff));
    for (const place of [places[1], complement]) if (place !== undefined) code.emit(Store.mem(R2, place, R3, 2));
  };
  code.emit(Mov.reg(R3, R5));
  half([PLACES.source, PLACES.id], kind === 'SYN' ? PLACES.seq + 2 : undefined);
  code.emit(Mov.reg(R3, R5), Rsh.imm(R3, 16), Add.imm(R3, FIRST_PORT));
  half([PLACES.sport, undefined], kind === 'SYN' ? PLACES.seq : undefined);
  return code.emit(Mov.imm32(R1, ifindex), Mov.imm(R2, 0), Call.helper(REDIRECT)).label('out').emit(Exit.done());
}

export class NewFlows {
  private readonly map: number;
  private readonly prog: number;
  private readonly frame: Uint8Array;
  private sent = 0;

  constructor(
    private readonly way: FloodWay,
    kind: FlowKind,
  ) {
    const ethernet = concatBytes(way.macs.to, way.macs.from, be16(ETHERTYPE.ipv4));
    this.frame = concatBytes(ethernet, packetOf(kind, way));
    this.map = native().mapCreate(MAP_TYPE.array, 4, 8, 1, 0, 'new_flows');
    native().mapUpdate(this.map, FIRST, new Uint8Array(8), 0);
    const ifindex = insideNamespace(way.namespace, () => native().interfaceIndex(way.device));
    const unit = assemble('new_flows', program(ifindex, this.frame, kind));
    const relocations = unit.relocations.flatMap((relocation) => (relocation.kind === 'call' ? [] : [relocation]));
    const insns = relocate({ name: 'new_flows', hook: 'xdp', insns: unit.insns, relocations, origins: [] }, new Map([['count', this.map]]), { kfuncs: new Map(), fields: new Map() });
    this.prog = native().progLoad(PROG_TYPE.xdp, ATTACH_TYPE.none, insns, LICENSE, 'new_flows');
  }

  /** Sends the next so many. Returns ns a frame. */
  send(packets: number): number {
    this.sent += packets;
    if (this.sent > MOST) throw new RangeError(`${this.sent} flows: ${MOST} differ`);
    return insideNamespace(this.way.namespace, () => native().progSendFrames(this.prog, this.frame, packets, BATCH));
  }

  close(): void {
    native().closeFd(this.prog);
    native().closeFd(this.map);
  }
}
