/**
 * Where each field lies in the packet record: the offsets of struct record in bpf/layout.h, in bytes.
 * A test compares the two through BTF.
 */
import type { Width } from '../asm/opcode.js';
import type { FieldName } from '../ir/field.js';

export interface Place {
  readonly offset: number;
  readonly width: Width;
}

/** struct ct_entry in the record. */
export const CT_ENTRY_AT = 392;

/** struct around in the record. */
export const AROUND_AT = 792;

/** Fields that rules test. */
export const FIELD_PLACES: Readonly<Record<FieldName, Place>> = {
  src: { offset: 0, width: 4 },
  src1: { offset: 4, width: 4 },
  src2: { offset: 8, width: 4 },
  src3: { offset: 12, width: 4 },
  dst: { offset: 16, width: 4 },
  dst1: { offset: 20, width: 4 },
  dst2: { offset: 24, width: 4 },
  dst3: { offset: 28, width: 4 },
  inIfaceHi: { offset: 32, width: 8 },
  inIfaceLo: { offset: 40, width: 8 },
  outIfaceHi: { offset: 48, width: 8 },
  outIfaceLo: { offset: 56, width: 8 },
  macSrc: { offset: 64, width: 8 },
  mark: { offset: 80, width: 4 },
  length: { offset: 84, width: 4 },
  sport: { offset: 88, width: 2 },
  dport: { offset: 90, width: 2 },
  fragOffset: { offset: 92, width: 2 },
  proto: { offset: 100, width: 1 },
  ttl: { offset: 101, width: 1 },
  tos: { offset: 102, width: 1 },
  tcpFlags: { offset: 103, width: 1 },
  icmpType: { offset: 104, width: 1 },
  icmpCode: { offset: 105, width: 1 },
  l4State: { offset: 106, width: 1 },
  hasMac: { offset: 107, width: 1 },
  srcType: { offset: 108, width: 1 },
  dstType: { offset: 109, width: 1 },
  srcTypeIface: { offset: 110, width: 1 },
  dstTypeIface: { offset: 111, width: 1 },
  ctState: { offset: 113, width: 1 },
  ctDirection: { offset: 114, width: 1 },
  ctOrigSrc: { offset: CT_ENTRY_AT, width: 4 },
  ctOrigDst: { offset: CT_ENTRY_AT + 16, width: 4 },
  ctReplSrc: { offset: CT_ENTRY_AT + 32, width: 4 },
  ctReplDst: { offset: CT_ENTRY_AT + 48, width: 4 },
  ctOrigSrc1: { offset: CT_ENTRY_AT + 4, width: 4 },
  ctOrigSrc2: { offset: CT_ENTRY_AT + 8, width: 4 },
  ctOrigSrc3: { offset: CT_ENTRY_AT + 12, width: 4 },
  ctOrigDst1: { offset: CT_ENTRY_AT + 20, width: 4 },
  ctOrigDst2: { offset: CT_ENTRY_AT + 24, width: 4 },
  ctOrigDst3: { offset: CT_ENTRY_AT + 28, width: 4 },
  ctReplSrc1: { offset: CT_ENTRY_AT + 36, width: 4 },
  ctReplSrc2: { offset: CT_ENTRY_AT + 40, width: 4 },
  ctReplSrc3: { offset: CT_ENTRY_AT + 44, width: 4 },
  ctReplDst1: { offset: CT_ENTRY_AT + 52, width: 4 },
  ctReplDst2: { offset: CT_ENTRY_AT + 56, width: 4 },
  ctReplDst3: { offset: CT_ENTRY_AT + 60, width: 4 },
  ctOrigSrcPort: { offset: CT_ENTRY_AT + 64, width: 2 },
  ctOrigDstPort: { offset: CT_ENTRY_AT + 66, width: 2 },
  ctReplSrcPort: { offset: CT_ENTRY_AT + 68, width: 2 },
  ctReplDstPort: { offset: CT_ENTRY_AT + 70, width: 2 },
  ctStatus: { offset: CT_ENTRY_AT + 72, width: 4 },
  ctExpires: { offset: CT_ENTRY_AT + 76, width: 4 },
  ctProto: { offset: CT_ENTRY_AT + 80, width: 1 },
  srcTypeOutIface: { offset: 315, width: 1 },
  dstTypeOutIface: { offset: 316, width: 1 },
  cpu: { offset: AROUND_AT, width: 4 },
  inGroup: { offset: AROUND_AT + 4, width: 4 },
  outGroup: { offset: AROUND_AT + 8, width: 4 },
  realm: { offset: AROUND_AT + 12, width: 4 },
  pktType: { offset: AROUND_AT + 16, width: 1 },
};

/** What generated code reads and writes besides fields. */
export const RECORD = { scratch: 152, memory: AROUND_AT + 24, chain: 112, verdict: 116, rejectType: 117, tcpOptions: 120, unrouted: 317, deferredCount: 320, deferred: 324, slotsUsed: 532, slots: 536 } as const;

/** The built-in chains by name. */
export type BuiltinChainName = keyof typeof CHAIN_CODE;

/** enum chain, enum entry_result and enum verdict of bpf/layout.h. */
export const CHAIN_CODE = { INPUT: 0, FORWARD: 1, OUTPUT: 2 } as const;
export const ENTRY = { pass: 0, judge: 1, drop: 2, toLoopback: 3, unrouted: 4, rejected: 5, first: 6, later: 7 } as const;
export const VERDICT = { accept: 0, drop: 1, hotdrop: 2, reject: 3 } as const;

/** struct root. */
export const ROOT = { active: 0, hook: 16, faults: 24, netnsCookie: 40 } as const;
