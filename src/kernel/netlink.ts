/**
 * Reads rtnetlink messages (rtnetlink(7), uapi linux/if_link.h, linux/rtnetlink.h): links and routes.
 * Netlink is in the machine's order; only little-endian machines are supported.
 */
import type { Family } from '../ruleset/model.js';
import type { Link, LocalRoute, LocalRoute6, XdpMode } from './kernel.js';

export const RTM = { newLink: 16, delLink: 17, getLink: 18, setLink: 19, newAddr: 20, delAddr: 21, newRoute: 24, delRoute: 25, getRoute: 26 } as const;
const ATTR = { linkName: 3, linkMaster: 10, linkInfo: 18, linkExtMask: 29, linkXdp: 43, linkGroup: 27, infoKind: 1, infoSlaveKind: 4, routeDst: 1, routeOif: 4, routeTable: 15 } as const;
/** IFLA_XDP_*: what is in the nest. */
const XDP = { fd: 1, flags: 3, nativeId: 5, genericId: 6, offloadedId: 7, expectedFd: 8 } as const;
/** XDP_FLAGS_*. */
const XDP_FLAG = { ifNone: 1, generic: 2, native: 4, replace: 16 } as const;
const NESTED = 0x8000;
const RT_TABLE_LOCAL = 255;
const RT_TABLE_MAIN = 254;
const AF_INET = 2;
const AF_INET6 = 10;
/** RTN_MULTICAST: the routes to groups that every device has. */
const RTN_MULTICAST = 5;
/** RTN_LOCAL and RTN_ANYCAST: delivered to the host itself, whatever the table. */
const TO_ITSELF: readonly number[] = [2, 4];

export interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Splits a buffer of messages. A message that overruns the buffer ends the walk. */
export function* messages(buffer: Uint8Array): Generator<Message> {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  for (let at = 0; at + 16 <= buffer.length; ) {
    const length = view.getUint32(at, true);
    if (length < 16 || at + length > buffer.length) return;
    yield { type: view.getUint16(at + 4, true), body: buffer.subarray(at + 16, at + length) };
    at += (length + 3) & ~3;
  }
}

/** The attributes of a message by type, of those given twice the last. */
export function attributes(bytes: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > bytes.length) break;
    // The top two bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
    found.set(view.getUint16(at + 2, true) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}

function u32(bytes: Uint8Array | undefined): number {
  return bytes && bytes.length >= 4 ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) : 0;
}

/** A string attribute, '' where it is missing. */
export function text(bytes: Uint8Array | undefined): string {
  if (!bytes) return '';
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
}

/** Body of a RTM_GETLINK dump: struct ifinfomsg and IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS. */
export function linkRequest(): Uint8Array {
  const body = new Uint8Array(24);
  const view = new DataView(body.buffer);
  view.setUint16(16, 8, true);
  view.setUint16(18, ATTR.linkExtMask, true);
  view.setUint32(20, 1 << 3, true);
  return body;
}

/** A link from a RTM_NEWLINK or RTM_DELLINK body; undefined for one of another address family (bridge port events) or cut short. */
export function parseLink(body: Uint8Array): Link | undefined {
  if (body.length < 16 || body[0] !== 0) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const found = attributes(body.subarray(16));
  const info = found.get(ATTR.linkInfo);
  const xdp = attributes(found.get(ATTR.linkXdp) ?? new Uint8Array(0));
  const kinds = info ? attributes(info) : new Map<number, Uint8Array>();
  return {
    ifindex: view.getInt32(4, true),
    name: text(found.get(ATTR.linkName)),
    type: view.getUint16(2, true),
    flags: view.getUint32(8, true),
    group: u32(found.get(ATTR.linkGroup)),
    master: u32(found.get(ATTR.linkMaster)),
    kind: text(kinds.get(ATTR.infoKind)),
    slaveKind: text(kinds.get(ATTR.infoSlaveKind)),
    xdp: { native: u32(xdp.get(XDP.nativeId)), generic: u32(xdp.get(XDP.genericId)), offloaded: u32(xdp.get(XDP.offloadedId)) },
  };
}

/**
 * Body of a RTM_SETLINK that puts the XDP program `fd` on a device (-1: takes it off) in place of the one `expectedFd` names; without that,
 * where there is none.
 */
export function xdpRequest(ifindex: number, fd: number, mode: XdpMode, expectedFd: number | undefined): Uint8Array {
  const flags = XDP_FLAG[mode] | (expectedFd === undefined ? XDP_FLAG.ifNone : XDP_FLAG.replace);
  const words = [[XDP.fd, fd], [XDP.flags, flags], ...(expectedFd === undefined ? [] : [[XDP.expectedFd, expectedFd]])] as const;
  const nest = 4 + words.length * 8;
  const body = new Uint8Array(16 + nest);
  const view = new DataView(body.buffer);
  view.setInt32(4, ifindex, true);
  view.setUint16(16, nest, true);
  view.setUint16(18, ATTR.linkXdp | NESTED, true);
  for (const [i, [type, value]] of words.entries()) {
    view.setUint16(20 + i * 8, 8, true);
    view.setUint16(22 + i * 8, type, true);
    view.setInt32(24 + i * 8, value, true);
  }
  return body;
}

/** Body of a RTM_GETROUTE dump: struct rtmsg naming the family and the local table (the kernel filters when asked strictly). */
export function localRouteRequest(family: Family): Uint8Array {
  const body = new Uint8Array(12);
  body[0] = family === 'ipv4' ? AF_INET : AF_INET6;
  body[4] = RT_TABLE_LOCAL;
  return body;
}

/** The same for what the main table of IPv6 delivers to the host itself: one request a type, so that the kernel leaves out all else. */
export function mainRouteRequests6(): Uint8Array[] {
  return TO_ITSELF.map((type) => {
    const body = localRouteRequest('ipv6');
    body[4] = RT_TABLE_MAIN;
    body[7] = type;
    return body;
  });
}

/** What a RTM_NEWROUTE body of the family's table says, undefined for others. */
function localRoute(body: Uint8Array, family: number, wanted = RT_TABLE_LOCAL): { readonly dst: Uint8Array | undefined; readonly prefixLength: number; readonly type: number; readonly ifindex: number } | undefined {
  if (body.length < 12 || body[0] !== family) return undefined;
  const found = attributes(body.subarray(12));
  const table = found.has(ATTR.routeTable) ? u32(found.get(ATTR.routeTable)) : body[4];
  if (table !== wanted) return undefined;
  return { dst: found.get(ATTR.routeDst), prefixLength: body[1]!, type: body[7]!, ifindex: u32(found.get(ATTR.routeOif)) };
}

/** A route of the local table from a RTM_NEWROUTE body, undefined for others. */
export function parseLocalRoute(body: Uint8Array): LocalRoute | undefined {
  const route = localRoute(body, AF_INET);
  if (route === undefined) return undefined;
  const { dst, ...rest } = route;
  const address = dst && dst.length >= 4 ? new DataView(dst.buffer, dst.byteOffset, 4).getUint32(0, false) : 0;
  return { address, ...rest };
}

function route6(body: Uint8Array, table: number): LocalRoute6 | undefined {
  const route = localRoute(body, AF_INET6, table);
  if (route === undefined || route.type === RTN_MULTICAST) return undefined;
  const { dst, ...rest } = route;
  return { address: dst && dst.length >= 16 ? BigInt(`0x${Buffer.from(dst.subarray(0, 16)).toString('hex')}`) : 0n, ...rest };
}

/** The same of IPv6; undefined for routes to groups, too. */
export function parseLocalRoute6(body: Uint8Array): LocalRoute6 | undefined {
  return route6(body, RT_TABLE_LOCAL);
}

/** A route of the main table of IPv6 to the host itself, undefined for others. */
export function parseMainRoute6(body: Uint8Array): LocalRoute6 | undefined {
  const route = route6(body, RT_TABLE_MAIN);
  return route !== undefined && TO_ITSELF.includes(route.type) ? { ...route, inMain: true } : undefined;
}
