/** A rule of one chain as plain numbers: prefixes, port ranges, protocol. What generators make, and what a packet is matched with by brute force. */
import { formatIpv4Address } from '../../src/net/ipv4-address.js';

export interface FlatRule {
  /** Host order, masked. */
  readonly src: number;
  readonly srcLength: number;
  readonly dst: number;
  readonly dstLength: number;
  /** 0: any; then both port ranges are whole. */
  readonly proto: number;
  readonly sportLow: number;
  readonly sportHigh: number;
  readonly dportLow: number;
  readonly dportHigh: number;
}

/** What a packet's headers say, as entry_bench writes them into the record. */
export interface Header {
  readonly src: number;
  readonly dst: number;
  readonly sport: number;
  readonly dport: number;
  readonly proto: number;
  readonly tcpFlags: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Index into the workload's metas. */
  readonly meta: number;
}

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;

export const hasPorts = (proto: number): boolean => proto === TCP || proto === UDP;

/** Network mask of a prefix length, as an unsigned number. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

export const ANYTHING: FlatRule = { src: 0, srcLength: 0, dst: 0, dstLength: 0, proto: 0, sportLow: 0, sportHigh: 65535, dportLow: 0, dportHigh: 65535 };

function portText(option: string, low: number, high: number): string {
  if (low === 0 && high === 65535) return '';
  return ` ${option} ${low === high ? low : `${low}:${high}`}`;
}

const addressText = (address: number): string => formatIpv4Address(BigInt(address));

const NAMES: Readonly<Record<number, string>> = { [TCP]: 'tcp', [UDP]: 'udp', [ICMP]: 'icmp' };

/** The matches of a rule as iptables-save prints them, with a leading blank. */
export function matchText(rule: FlatRule): string {
  const src = rule.srcLength === 0 ? '' : ` -s ${addressText(rule.src)}/${rule.srcLength}`;
  const dst = rule.dstLength === 0 ? '' : ` -d ${addressText(rule.dst)}/${rule.dstLength}`;
  const ports = portText('--sport', rule.sportLow, rule.sportHigh) + portText('--dport', rule.dportLow, rule.dportHigh);
  const name = NAMES[rule.proto] ?? String(rule.proto);
  const proto = rule.proto === 0 ? '' : ` -p ${name}`;
  return `${src}${dst}${proto}${ports === '' ? '' : ` -m ${name}${ports}`}`;
}

/** Finds the first matching rule: compares with every rule in turn, in typed arrays. */
export class BruteForce {
  private readonly columns: Int32Array;

  constructor(private readonly rules: readonly FlatRule[]) {
    this.columns = Int32Array.from(rules.flatMap((rule) => [rule.src, maskOf(rule.srcLength), rule.dst, maskOf(rule.dstLength), rule.proto, rule.sportLow, rule.sportHigh, rule.dportLow, rule.dportHigh]));
  }

  /** Index of the first rule that matches, or -1. */
  first(header: Header): number {
    const { columns } = this;
    const src = header.src | 0;
    const dst = header.dst | 0;
    const { proto, sport, dport } = header;
    for (let index = 0, at = 0; index < this.rules.length; index += 1, at += 9) {
      if ((src & columns[at + 1]!) !== columns[at]!) continue;
      if ((dst & columns[at + 3]!) !== columns[at + 2]!) continue;
      if (columns[at + 4] !== 0 && columns[at + 4] !== proto) continue;
      if (sport < columns[at + 5]! || sport > columns[at + 6]! || dport < columns[at + 7]! || dport > columns[at + 8]!) continue;
      return index;
    }
    return -1;
  }
}
