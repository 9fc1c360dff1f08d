/** Whole conversations: TCP from handshake to teardown, UDP and ICMP request and reply, and the ICMP error in answer to a datagram. */
import { icmpError, icmpQuery, ICMP_TYPE } from '../net/icmp.js';
import { ipv4, type Transport } from '../net/ipv4.js';
import type { PacketMeta } from '../net/packet-view.js';
import { mssOption, tcp, TCP_FLAG, type TcpFields } from '../net/tcp.js';
import { udp } from '../net/udp.js';
import type { BuiltinChain } from '../ruleset/model.js';
import type { GeneratedPacket } from './generated-packet.js';
import type { Random } from './random.js';
import type { Vocabulary } from './vocabulary.js';
import { buildPacket, type WantedPacket } from './wanted-packet.js';

/** One step of a conversation: who speaks, and what. */
interface Line {
  readonly reply: boolean;
  readonly transport: Transport;
}

const REPLY_HOOK: Readonly<Record<BuiltinChain, BuiltinChain>> = { INPUT: 'OUTPUT', FORWARD: 'FORWARD', OUTPUT: 'INPUT' };

/**
 * The packets of one conversation between the addresses and ports of `wanted`, in order. Replies go the other way:
 * addresses, ports and devices swapped, INPUT and OUTPUT exchanged. Conntrack states in the metadata are those of a tracker that saw it all.
 */
export function generateFlow(wanted: WantedPacket, random: Random, words: Vocabulary, note: string): GeneratedPacket[] {
  const { meta } = buildPacket(wanted, random, words, 1400);
  const src = wanted.fields.get('src') ?? random.pick(words.addresses);
  const dst = wanted.fields.get('dst') ?? random.pick(words.addresses);
  const sport = Number(wanted.fields.get('sport') ?? BigInt(random.between(1024, 65535)));
  const dport = Number(wanted.fields.get('dport') ?? BigInt(random.pick(words.ports)));
  const protocol = Number(wanted.fields.get('proto') ?? BigInt(random.pick([6, 6, 17, 1])));
  const lines = protocol === 17 ? udpLines(sport, dport, src, dst) : protocol === 1 ? pingLines(random.below(65536)) : tcpLines(sport, dport, random);
  let answered = false;
  return lines.map(({ reply, transport }, index) => {
    answered ||= reply;
    const isError = reply && protocol === 17 && transport.protocol === 1;
    const ctState = isError ? 'RELATED' : answered ? 'ESTABLISHED' : 'NEW';
    return {
      hook: reply ? REPLY_HOOK[wanted.hook] : wanted.hook,
      l3: ipv4({ src: reply ? dst : src, dst: reply ? src : dst, id: index, dontFragment: protocol === 6 }, transport),
      meta: reply ? reversed(meta, wanted.hook, ctState) : { ...meta, ctState },
      flow: index,
      note: `${note} (flow packet ${index + 1} of ${lines.length})`,
    };
  });
}

function tcpLines(sport: number, dport: number, random: Random): Line[] {
  const { syn, ack, fin, rst, psh } = TCP_FLAG;
  let client = random.bits32();
  let server = random.bits32();
  const lines: Line[] = [];
  const say = (reply: boolean, flags: number, length = 0, options: Pick<TcpFields, 'options'> = {}): void => {
    const ports = reply ? { sport: dport, dport: sport } : { sport, dport };
    const numbers = reply ? { seq: server, ack: client } : { seq: client, ack: flags & ack ? server : 0 };
    lines.push({ reply, transport: tcp({ ...ports, ...numbers, flags, ...options }, new Uint8Array(length).fill(0x61)) });
    const advance = length + (flags & (syn | fin) ? 1 : 0);
    if (reply) server = (server + advance) >>> 0;
    else client = (client + advance) >>> 0;
  };
  say(false, syn, 0, { options: mssOption(1460) });
  say(true, syn | ack, 0, { options: mssOption(1460) });
  say(false, ack);
  say(false, psh | ack, random.between(1, 200));
  say(true, psh | ack, random.between(1, 200));
  if (random.chance(0.3)) {
    say(random.chance(0.5), rst | ack);
    return lines;
  }
  say(false, fin | ack);
  say(true, ack);
  say(true, fin | ack);
  say(false, ack);
  return lines;
}

/** A request, its reply, another request, and a port unreachable about the latter. */
function udpLines(sport: number, dport: number, src: bigint, dst: bigint): Line[] {
  const request = udp({ sport, dport }, new Uint8Array(12));
  return [
    { reply: false, transport: request },
    { reply: true, transport: udp({ sport: dport, dport: sport }, new Uint8Array(30)) },
    { reply: false, transport: request },
    { reply: true, transport: icmpError(ICMP_TYPE.destinationUnreachable, 3, ipv4({ src, dst }, request)) },
  ];
}

function pingLines(id: number): Line[] {
  return [1, 2].flatMap((sequence) => [
    { reply: false, transport: icmpQuery(ICMP_TYPE.echoRequest, id, sequence, new Uint8Array(32)) },
    { reply: true, transport: icmpQuery(ICMP_TYPE.echoReply, id, sequence, new Uint8Array(32)) },
  ]);
}

/** The metadata of a packet that goes back: devices swapped, address types too; a MAC only where it comes in from a device. */
function reversed(meta: PacketMeta, hook: BuiltinChain, ctState: PacketMeta['ctState']): PacketMeta {
  const { inIface, outIface, macSrc, ...rest } = meta;
  return {
    ...rest,
    ...(outIface === undefined ? {} : { inIface: outIface }),
    ...(inIface === undefined ? {} : { outIface: inIface }),
    ...(hook === 'FORWARD' && macSrc !== undefined && outIface !== 'lo' ? { macSrc } : {}),
    srcType: meta.dstType,
    dstType: meta.srcType,
    srcTypeIface: meta.dstTypeIface,
    dstTypeIface: meta.srcTypeIface,
    srcTypeOutIface: meta.dstTypeOutIface,
    dstTypeOutIface: meta.srcTypeOutIface,
    ctState,
  };
}
