import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Btf } from '../../link/btf.js';
import { LOG_LOST_SIZE, LOG_RECORD6_SIZE, LOG_RECORD_SIZE } from '../../link/stage-maps.js';
import { icmpError } from '../../net/icmp.js';
import { ipv4, rawTransport } from '../../net/ipv4.js';
import { ipv4Address } from '../../net/ipv4-address.js';
import { tcp, TCP_FLAG } from '../../net/tcp.js';
import { icmp6Error } from '../../net/icmp6.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop } from '../../net/ipv6-extensions.js';
import { ipv6Address } from '../../net/ipv6-address.js';
import { ipv6 } from '../../net/ipv6.js';
import { udp } from '../../net/udp.js';
import { clangFlags } from '../../setup/build-bpf.mjs';
import { readElf } from '../../setup/elf.mjs';
import { formatLogLine } from './format-line.js';
import { decodeLogRecord, LOG_PLACES, type LogRecord } from './log-record.js';

const ends = { src: ipv4Address('10.0.0.2'), dst: ipv4Address('10.0.0.1') };
const MAC = Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0);

function record(packet: Uint8Array, fields: Partial<LogRecord> = {}): LogRecord {
  return { family: 'ipv4', level: 4, flags: 0, prefix: 'p ', input: 'eth0', output: '', hasInput: true, deviceType: 1, mac: MAC, mark: 0, length: packet.length, ttl: 64, packet, ...fields };
}

describe('formatLogLine', () => {
  it('tells of the devices, the header and the ports', () => {
    const packet = ipv4({ ...ends, id: 7, tos: 0xb8, dontFragment: true }, udp({ sport: 4000, dport: 53 }, new Uint8Array(4)));
    expect(formatLogLine(record(packet, { output: 'eth1', ttl: 63, mark: 0x2a }))).toBe(
      'p IN=eth0 OUT=eth1 MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=10.0.0.2 DST=10.0.0.1 LEN=32 TOS=0x18 PREC=0xA0 TTL=63 ID=7 DF PROTO=UDP SPT=4000 DPT=53 LEN=12 MARK=0x2a ',
    );
  });

  it('leaves the link layer out for what is sent, and names the owner when asked', () => {
    const packet = ipv4({ ...ends }, tcp({ sport: 1, dport: 2, seq: 9, flags: TCP_FLAG.syn, options: Uint8Array.of(2, 4, 5, 0xb4) }));
    const sent = { input: '', output: 'lo', hasInput: false, mac: new Uint8Array(), owner: { uid: 5, gid: 6 } };
    expect(formatLogLine(record(packet, { ...sent, flags: 0x0b }))).toBe(
      'p IN= OUT=lo SRC=10.0.0.2 DST=10.0.0.1 LEN=44 TOS=0x00 PREC=0x00 TTL=64 ID=0 PROTO=TCP SPT=1 DPT=2 SEQ=9 ACK=0 WINDOW=65535 RES=0x00 SYN URGP=0 OPT (020405B4) UID=5 GID=6 ',
    );
    expect(formatLogLine(record(packet, sent))).not.toMatch(/UID|SEQ|OPT/);
  });

  it('quotes what an ICMP error quotes, once, and says where that ends', () => {
    const inner = ipv4({ ...ends, id: 8 }, tcp({ sport: 1, dport: 2 }));
    const packet = ipv4({ ...ends, id: 9 }, icmpError(3, 4, inner, Uint8Array.of(0, 0, 5, 0x78)));
    expect(formatLogLine(record(packet, { mac: new Uint8Array(), deviceType: 65534 }))).toBe(
      'p IN=eth0 OUT= MAC= SRC=10.0.0.2 DST=10.0.0.1 LEN=56 TOS=0x00 PREC=0x00 TTL=64 ID=9 PROTO=ICMP TYPE=3 CODE=4 ' +
        '[SRC=10.0.0.2 DST=10.0.0.1 LEN=40 TOS=0x00 PREC=0x00 TTL=64 ID=8 PROTO=TCP INCOMPLETE [8 bytes] ] MTU=1400 ',
    );
  });

  it('decodes Ethernet addresses, and says nothing where there are none to decode', () => {
    const packet = ipv4({ ...ends }, udp({ sport: 1, dport: 2 }));
    expect(formatLogLine(record(packet, { flags: 0x20 }))).toContain(' OUT= MACSRC=02:00:00:00:00:02 MACDST=02:00:00:00:00:01 MACPROTO=0800 SRC=');
    expect(formatLogLine(record(packet, { flags: 0x20, mac: new Uint8Array() }))).toContain('IN=eth0 OUT= SRC=');
    expect(formatLogLine(record(packet, { flags: 0x20, mac: new Uint8Array(), deviceType: 772 }))).toContain('IN=eth0 OUT= MAC= SRC=');
  });

  it('breaks off where TCP cannot be read', () => {
    const packet = ipv4({ ...ends, totalLength: 32 }, tcp({ sport: 1, dport: 2 })).subarray(0, 32);
    expect(formatLogLine(record(packet, { mark: 1 }))).toMatch(/PROTO=TCP INCOMPLETE \[12 bytes\] $/);
  });
});

describe('formatLogLine of IPv6', () => {
  const six = { src: ipv6Address('2001:db8::2'), dst: ipv6Address('fe80::1') };
  const sent = { family: 'ipv6', prefix: '', input: '', output: 'lo', hasInput: false, mac: new Uint8Array(), deviceType: 0 } as const;
  const HEAD = 'IN= OUT=lo SRC=2001:0db8:0000:0000:0000:0000:0000:0002 DST=fe80:0000:0000:0000:0000:0000:0000:0001 ';
  const line = (packet: Uint8Array, fields: Partial<LogRecord> = {}): string => formatLogLine(record(packet, { ...sent, ...fields }));
  const datagram = udp({ sport: 4000, dport: 53 }, new Uint8Array(4));

  it('writes addresses in full, and class and label as numbers', () => {
    const packet = ipv6({ ...six, trafficClass: 0xb8, flowLabel: 0x12345, hopLimit: 9 }, datagram);
    expect(line(packet, { ttl: 8, mark: 1 })).toBe(`${HEAD}LEN=52 TC=184 HOPLIMIT=8 FLOWLBL=74565 PROTO=UDP SPT=4000 DPT=53 LEN=12 MARK=0x1 `);
  });

  it('tells of extension headers, of fragments always', () => {
    const headers = [hopByHop(), fragmentHeader({ id: 0xabc, more: true }), authentication({ spi: 0xbeef }), destinationOptions()];
    const packet = ipv6({ ...six, extensions: headers }, datagram);
    expect(line(packet)).toMatch(/FLOWLBL=0 FRAG:0 INCOMPLETE ID:00000abc PROTO=UDP SPT=4000 /);
    expect(line(packet, { flags: 4 })).toMatch(/FLOWLBL=0 OPT \( \) OPT \( FRAG:0 INCOMPLETE ID:00000abc \) OPT \( AH SPI=0xbeef \) OPT \( \) PROTO=UDP SPT=4000 /);
    const later = ipv6({ ...six, extensions: [fragmentHeader({ id: 1, offset: 5 }), destinationOptions()] }, datagram);
    expect(line(later, { flags: 4, mark: 1 })).toMatch(/FLOWLBL=0 OPT \( FRAG:40 ID:00000001 \) OPT \( \)$/);
  });

  it('breaks off at ESP, and where a header is cut', () => {
    const esp = ipv6({ ...six }, rawTransport(50, Uint8Array.of(0, 0, 1, 2, 0, 0, 0, 7)));
    expect(line(esp, { mark: 1 })).toMatch(/FLOWLBL=0 $/);
    expect(line(esp, { flags: 4, mark: 1 })).toMatch(/FLOWLBL=0 OPT \( ESP SPI=0x102 \)$/);
    expect(line(ipv6({ ...six }, rawTransport(50, new Uint8Array(3))), { flags: 4 })).toMatch(/OPT \( ESP INCOMPLETE \[3 bytes\] \)$/);
    expect(line(ipv6({ ...six }, rawTransport(60, new Uint8Array(1))), { flags: 4 })).toMatch(/FLOWLBL=0 TRUNCATED$/);
  });

  it('quotes what an ICMPv6 error quotes, once', () => {
    const inner = ipv6({ ...six }, icmp6Error(1, 4, ipv6({ ...six }, datagram)));
    const packet = ipv6({ ...six }, icmp6Error(2, 0, inner, Uint8Array.of(0, 0, 5, 0)));
    expect(line(packet)).toMatch(/PROTO=ICMPv6 TYPE=2 CODE=0 \[SRC=2001:.* PROTO=ICMPv6 TYPE=1 CODE=4 \] MTU=1280 $/);
  });
});

describe('struct log_record', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'bpf-iptables-'));
  const include = fileURLToPath(new URL('../../../bpf', import.meta.url));
  writeFileSync(join(scratch, 'types.c'), '#include "log.h"\nstruct log_record a; struct log_record6 b; struct log_lost c;\n');
  execFileSync('clang', [...clangFlags(), `-I${include}`, '-c', join(scratch, 'types.c'), '-o', join(scratch, 'types.o')]);
  const btf = readElf(readFileSync(join(scratch, 'types.o'))).sections.find(({ name }) => name === '.BTF')!.data;
  rmSync(scratch, { recursive: true });
  const structs = new Btf(btf).structs(['log_record', 'log_record6', 'log_lost']);

  it('lies as the reader expects', () => {
    const { size, members } = structs.get('log_record')!;
    expect(size).toBe(LOG_RECORD_SIZE);
    expect(structs.get('log_record6')!.size).toBe(LOG_RECORD6_SIZE);
    expect(structs.get('log_lost')!.size).toBe(LOG_LOST_SIZE);
    expect(Object.fromEntries(members.map(({ name, offset }) => [name, offset]))).toEqual(LOG_PLACES);
  });

  it('is read field by field', () => {
    const bytes = new Uint8Array(LOG_RECORD_SIZE);
    bytes.set(Buffer.from('say "é"'), LOG_PLACES.prefix);
    bytes.set(Buffer.from('0hte'), LOG_PLACES.in_name + 4);
    bytes.set([3, 0, 0, 0], LOG_PLACES.level);
    bytes.set([1, 1, 60, 2, 4, 0, 0xaa, 0xbb], LOG_PLACES.has_owner);
    bytes.set([0xe8, 3, 0, 0, 1, 0, 0, 0], LOG_PLACES.uid);
    bytes.set([1, 2, 3, 4, 5], LOG_PLACES.packet);
    expect(decodeLogRecord(bytes)).toMatchObject({
      prefix: 'say "é"', input: 'eth0', output: '', level: 3, ttl: 60, hasInput: true, owner: { uid: 1000, gid: 1 },
      mac: Uint8Array.of(0xaa, 0xbb), packet: Uint8Array.of(1, 2, 3, 4),
    });
    const longer = new Uint8Array(LOG_RECORD6_SIZE);
    longer.set(bytes);
    expect(decodeLogRecord(bytes).family).toBe('ipv4');
    expect(decodeLogRecord(longer)).toEqual({ ...decodeLogRecord(bytes), family: 'ipv6' });
    expect(() => decodeLogRecord(bytes.subarray(1))).toThrow('a log record of 375 bytes');
  });
});
