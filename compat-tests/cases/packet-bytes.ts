/** Matches that read the packet beyond its ports: by real iptables, in INPUT, FORWARD and OUTPUT. */
import { rawTransport } from '../../src/net/ipv4.js';
import type { TwinPacket } from '../harness/packet.js';
import type { Trap } from '../harness/trap.js';
import { DCCP, NUMBERS, SCTP, TCP, TEXTS, type Wanted } from '../packet-matches/packets.js';
import { arrives, CLIENT, DUT0, ip, local, SERVER } from './packets.js';

const CHAINS = ['INPUT', 'FORWARD', 'OUTPUT'] as const;

const table = (...specs: readonly string[]): string =>
  ['*filter', ...CHAINS.map((chain) => `:${chain} ACCEPT [0:0]`), ...CHAINS.flatMap((chain) => specs.map((spec) => `-A ${chain} ${spec}`)), 'COMMIT', ''].join('\n');

/** Each one to the host, through it and from it. Fragments only through it: to the host they wait for the rest. */
function everywhere(wanted: readonly Wanted[]): TwinPacket[] {
  return wanted.flatMap(({ protocol, l4, note: _note, ...extra }) => {
    const make = (src: string, dst: string): Uint8Array => ip(src, dst, rawTransport(protocol, l4), extra);
    const through = arrives('eth0', make(CLIENT, SERVER));
    return extra.fragmentOffset === undefined ? [arrives('eth0', make(CLIENT, DUT0)), through, local(make(DUT0, SERVER))] : [through];
  });
}

const trap = (name: string, about: string, specs: readonly string[], packets: readonly Wanted[]): Trap => ({
  name,
  about,
  steps: [{ do: 'restore', rules: table(...specs) }, { do: 'send', packets: everywhere(packets) }],
});

/** Every so many-th. Rules on bytes ask for no ICMP: the errors that the host answers with have numbers of their own. */
const some = (wanted: readonly Wanted[], step: number): readonly Wanted[] => wanted.filter((_, index) => index % step === 0);

export const packetBytes: readonly Trap[] = [
  trap('TOS bits and congestion bits', 'xt_dscp, xt_ecn: no fragment offset is looked at', [
    '-m dscp --dscp 0x2e', '-m dscp ! --dscp 0', '-m tos --tos 0xff/0xff', '-m tos --tos 0x02/0x03', '-m tos ! --tos 0x10/0x3f', '-m ecn --ecn-ip-ect 1', '-m ecn ! --ecn-ip-ect 0',
    '-p tcp -m ecn --ecn-tcp-cwr', '-p tcp -m ecn ! --ecn-tcp-cwr', '-p tcp -m ecn --ecn-tcp-ece ! --ecn-tcp-cwr', '-p tcp -m ecn --ecn-tcp-ece --ecn-ip-ect 3',
  ], TCP),
  trap('the segment size that TCP announces', 'xt_tcpmss: what it drops, and that it looks at no fragment offset', ['-p tcp -m tcpmss --mss 536', '-p tcp -m tcpmss --mss 1:1460', '-p tcp -m tcpmss ! --mss 0:1459'], TCP),
  trap('SCTP ports and chunks', 'xt_sctp', [
    '-p sctp -m sctp --dport 5', '-p sctp -m sctp ! --sport 1', '-p sctp -m sctp --chunk-types any DATA,INIT', '-p sctp -m sctp --chunk-types all INIT,DATA', '-p sctp -m sctp --chunk-types only SACK,DATA:BE', '-p sctp -m sctp --chunk-types any ABORT:T',
    '-p sctp -m sctp --chunk-types any I_DATA:U', '-p sctp -m sctp ! --chunk-types any DATA', '-p sctp -m sctp --chunk-types all NONE',
  ], SCTP),
  trap('DCCP ports, types and options', 'xt_dccp', [
    '-p dccp -m dccp --dport 5', '-p dccp -m dccp ! --dport 5', '-p dccp -m dccp --dccp-types REQUEST,DATA', '-p dccp -m dccp --dccp-types INVALID', '-p dccp -m dccp ! --dccp-types ACK', '-p dccp -m dccp --dccp-option 38', '-p dccp -m dccp ! --dccp-option 38',
  ], DCCP),
  trap('numbers anywhere in the packet', 'xt_u32, xt_bpf: TTL and checksum of FORWARD are those of the packet that goes on', [
    '! -p icmp -m u32 --u32 "0x8>>0x18=0x3f"', '! -p icmp -m u32 --u32 "0x8>>0x18=0x40"', '! -p icmp -m u32 --u32 "0x8&0xffff=0x0:0x7fff"', '! -p icmp -m u32 --u32 "0x0>>0x16&0x3c@0x0=0x10005"', '! -p icmp -m u32 --u32 "0x28=0x0:0xffffffff"', '! -p icmp -m u32 ! --u32 "0x1d=0x0:0xffffffff"', '! -p icmp -m u32 --u32 "0x0&0xff@0x0=0x0:0xffffffff"',
    '! -p icmp -m bpf --bytecode "4,48 0 0 8,21 0 1 63,6 0 0 1,6 0 0 0"', '! -p icmp -m bpf --bytecode "4,40 0 0 10,37 0 1 30000,6 0 0 1,6 0 0 0"', '! -p icmp -m bpf --bytecode "5,177 0 0 0,72 0 0 2,21 0 1 53,6 0 0 65535,6 0 0 0"', '! -p icmp -m bpf --bytecode "2,40 0 0 27,6 0 0 1"',
    '! -p icmp -m bpf --bytecode "4,40 0 0 4294963200,21 0 1 2048,6 0 0 1,6 0 0 0"', '! -p icmp -m bpf --bytecode "2,128 0 0 0,22 0 0 0"',
  ], NUMBERS),
  trap('strings anywhere in the packet', 'xt_string: where a pattern must lie, letters of Latin-1', [
    '! -p icmp -m string --string "GET" --algo bm', '! -p icmp -m string --string "get" --algo kmp --icase', '! -p icmp -m string ! --string "abc" --algo kmp --from 64', '! -p icmp -m string --string "needle" --algo bm --from 60 --to 68', '! -p icmp -m string --string "needle" --algo kmp --to 130', '! -p icmp -m string --hex-string "|e4|" --algo kmp --icase',
    '! -p icmp -m string --string "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz" --algo kmp', '! -p icmp -m string --string "ABABAC" --algo bm', '! -p icmp -m string --hex-string "|3f|" --algo kmp --to 9',
  ], some(TEXTS, 4)),
];
