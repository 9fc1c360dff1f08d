/** A record of the ring buffer `log` (struct log_record or struct log_record6, bpf/log.h) as numbers and text. */
import { InternalFault } from '../../errors/errors.js';
import { LOG_RECORD6_SIZE, LOG_RECORD_SIZE } from '../../link/stage-maps.js';
import { textOfBytes } from '../../net/byte-text.js';

export interface LogRecord {
  readonly family: 'ipv4' | 'ipv6';
  /** syslog level 0-7. */
  readonly level: number;
  /** XT_LOG_* bits. */
  readonly flags: number;
  readonly prefix: string;
  /** Device names, '' = none. */
  readonly input: string;
  readonly output: string;
  /** Whether it came in by a device. */
  readonly hasInput: boolean;
  /** ARPHRD_* of the input device. */
  readonly deviceType: number;
  /** Link-layer header, empty where there is none. */
  readonly mac: Uint8Array;
  readonly mark: number;
  /** Layer 3, bytes. */
  readonly length: number;
  /** As the chain saw it: one less than on the wire in FORWARD. */
  readonly ttl: number;
  /** Of the sending socket, where known and asked for. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** The packet's beginning, from the IP header on. */
  readonly packet: Uint8Array;
}

/** Offsets in struct log_record; a test compares them through BTF. */
export const LOG_PLACES = {
  level: 0, flags: 4, prefix: 8, in_name: 40, out_name: 56, mark: 72, length: 76, uid: 80, gid: 84, device_type: 88,
  has_owner: 90, has_input: 91, ttl: 92, mac_length: 93, captured: 94, mac: 96, packet: 128,
} as const;

const PREFIX_BYTES = 32;

function textUntilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return textOfBytes(bytes.subarray(0, end < 0 ? bytes.length : end));
}

/** A name kept as two big-endian numbers. */
function deviceName(view: DataView, at: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(view.getBigUint64(at, true), 0);
  bytes.writeBigUInt64BE(view.getBigUint64(at + 8, true), 8);
  return textUntilNul(bytes);
}

/** @throws InternalFault when it is not a whole record */
export function decodeLogRecord(bytes: Uint8Array): LogRecord {
  if (bytes.length !== LOG_RECORD_SIZE && bytes.length !== LOG_RECORD6_SIZE) throw new InternalFault(`a log record of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = LOG_PLACES;
  const word = (offset: number): number => view.getUint32(offset, true);
  return {
    family: bytes.length === LOG_RECORD_SIZE ? 'ipv4' : 'ipv6',
    level: word(at.level),
    flags: word(at.flags),
    prefix: textUntilNul(Buffer.from(bytes.subarray(at.prefix, at.prefix + PREFIX_BYTES))),
    input: deviceName(view, at.in_name),
    output: deviceName(view, at.out_name),
    hasInput: view.getUint8(at.has_input) !== 0,
    deviceType: view.getUint16(at.device_type, true),
    mac: bytes.slice(at.mac, at.mac + view.getUint8(at.mac_length)),
    mark: word(at.mark),
    length: word(at.length),
    ttl: view.getUint8(at.ttl),
    ...(view.getUint8(at.has_owner) === 0 ? {} : { owner: { uid: word(at.uid), gid: word(at.gid) } }),
    packet: bytes.slice(at.packet, at.packet + view.getUint16(at.captured, true)),
  };
}
