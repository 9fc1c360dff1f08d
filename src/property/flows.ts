/** Whole conversations: TCP from handshake to teardown, UDP and ICMP request and reply, and the ICMP error in answer to a datagram; ICMPv6 likewise. */
import { icmp6Echo, icmp6Error, ICMP6_TYPE } from '../net/icmp6.js';
import { icmpError, icmpQuery, ICMP_TYPE } from '../net/icmp.js';
import { ipv4, type Transport } from '../net/ipv4.js';
import { ipv6 } from '../net/ipv6.js';
import type { PacketMeta } from '../net/packet-view.js';
import { mssOption, tcp, TCP_FLAG, type TcpFields } from '../net/tcp.js';
import { udp } from '../net/udp.js';
import type { BuiltinChain, Family } from '../ruleset/model.js';
import type { GeneratedPacket } from './generated-packet.js';
import type { Random } from './random.js';
import type { Vocabulary } from './vocabulary.js';
import { wantedAddress } from './wanted-address.js';
import { buildPacket, type WantedPacket } from './wanted-packet.js';

/** One step of a conversation: who speaks, and what. */
interface Line {
  readonly reply: boolean;
  readonly transport: Transport;
}

/** What differs between the families: the number of ICMP, packets, echoes, and the error about a datagram. */
interface FamilyWords {
  readonly icmp: number;
  readonly packet: (src: bigint, dst: bigint, id: number, transport: Transport) => Uint8Array;
  readonly echo: (reply: boolean, id: number, sequence: number) => Transport;
  readonly unreachable: (about: Uint8Array) => Transport;
}

const FAMILY_WORDS: Readonly<Record<Family, FamilyWords>> = {
  ipv4: {
    icmp: 1,
    packet: (src, dst, id, transport) => ipv4({ src, dst, id, dontFragment: transport.protocol === 6 }, transport),
    echo: (reply, id, sequence) => icmpQuery(reply ? ICMP_TYPE.echoReply : ICMP_TYPE.echoRequest, id, sequence, new Uint8Array(32)),
    unreachable: (about) => icmpError(ICMP_TYPE.destinationUnreachable, 3, about),
  },
  ipv6: {
    icmp: 58,
    packet: (src, dst, _id, transport) => ipv6({ src, dst }, transport),
    echo: (reply, id, sequence) => icmp6Echo(reply ? ICMP6_TYPE.echoReply : ICMP6_TYPE.echoRequest, id, sequence, new Uint8Array(32)),
    unreachable: (about) => icmp6Error(ICMP6_TYPE.destinationUnreachable, 4, about),
  },
};

const REPLY_HOOK: Readonly<Record<BuiltinChain, BuiltinChain>> = { INPUT: 'OUTPUT', FORWARD: 'FORWARD', OUTPUT: 'INPUT' };

/**
 * The packets of one conversation between the addresses and ports of `wanted`, in order. Replies go the other way:
 * addresses, ports and devices swapped, INPUT and OUTPUT exchanged. Conntrack states in the metadata are those of a tracker that saw it all.
 */
export function generateFlow(wanted: WantedPacket, random: Random, words: Vocabulary, note: string): GeneratedPacket[] {
  const { meta } = buildPacket(wanted, random, words, 1400);
  const family = FAMILY_WORDS[words.family];
  const src = wantedAddress(wanted.fields, 'src', random, words);
  const dst = wantedAddress(wanted.fields, 'dst', random, words);
  const sport = Number(wanted.fields.get('sport') ?? BigInt(random.between(1024, 65535)));
  const dport = Number(wanted.fields.get('dport') ?? BigInt(random.pick(words.ports)));
  const protocol = Number(wanted.fields.get('proto') ?? BigInt(random.pick([6, 6, 17, family.icmp])));
  const lines = protocol === 17 ? udpLines(sport, dport, src, dst, family) : protocol === family.icmp ? pingLines(random.below(65536), family) : tcpLines(sport, dport, random);
  let answered = false;
  return lines.map(({ reply, transport }, index) => {
    answered ||= reply;
    const isError = reply && protocol === 17 && transport.protocol === family.icmp;
    const ctState = isError ? 'RELATED' : answered ? 'ESTABLISHED' : 'NEW';
    return {
      hook: reply ? REPLY_HOOK[wanted.hook] : wanted.hook,
      l3: family.packet(reply ? dst : src, reply ? src : dst, index, transport),
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
function udpLines(sport: number, dport: number, src: bigint, dst: bigint, family: FamilyWords): Line[] {
  const request = udp({ sport, dport }, new Uint8Array(12));
  return [
    { reply: false, transport: request },
    { reply: true, transport: udp({ sport: dport, dport: sport }, new Uint8Array(30)) },
    { reply: false, transport: request },
    { reply: true, transport: family.unreachable(family.packet(src, dst, 0, request)) },
  ];
}

function pingLines(id: number, family: FamilyWords): Line[] {
  return [1, 2].flatMap((sequence) => [
    { reply: false, transport: family.echo(false, id, sequence) },
    { reply: true, transport: family.echo(true, id, sequence) },
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
