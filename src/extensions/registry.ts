/** Every extension that exists, one line each. A name that is not here is refused as iptables refuses an unknown extension. */
import type { Family } from '../ruleset/model.js';
import type { AnyMatch, AnyTarget } from './extension.js';
import { addrtype } from './addrtype/addrtype.js';
import { addrtype6 } from './addrtype/addrtype6.js';
import { ah } from './ah/ah.js';
import { ah6 } from './ah6/ah6.js';
import { bpf } from './bpf/bpf.js';
import { cgroup } from './cgroup/cgroup.js';
import { comment } from './comment/comment.js';
import { conntrack, conntrack6 } from './conntrack/conntrack.js';
import { cpu } from './cpu/cpu.js';
import { dccp } from './dccp/dccp.js';
import { devgroup } from './devgroup/devgroup.js';
import { dscp } from './dscp/dscp.js';
import { dst } from './dst/dst.js';
import { ecn } from './ecn/ecn.js';
import { esp } from './esp/esp.js';
import { eui64 } from './eui64/eui64.js';
import { frag } from './frag/frag.js';
import { hbh } from './hbh/hbh.js';
import { hl } from './hl/hl.js';
import { icmp } from './icmp/icmp.js';
import { icmp6 } from './icmp6/icmp6.js';
import { ipcomp } from './ipcomp/ipcomp.js';
import { iprange, iprange6 } from './iprange/iprange.js';
import { ipv6header } from './ipv6header/ipv6header.js';
import { length } from './length/length.js';
import { limit } from './limit/limit.js';
import { log } from './log/log.js';
import { mac } from './mac/mac.js';
import { mark } from './mark/mark.js';
import { mh } from './mh/mh.js';
import { multiport } from './multiport/multiport.js';
import { owner } from './owner/owner.js';
import { physdev } from './physdev/physdev.js';
import { pkttype } from './pkttype/pkttype.js';
import { policy } from './policy/policy.js';
import { realm } from './realm/realm.js';
import { reject, reject6 } from './reject/reject.js';
import { rt } from './rt/rt.js';
import { sctp } from './sctp/sctp.js';
import { socket } from './socket/socket.js';
import { srh } from './srh/srh.js';
import { state } from './state/state.js';
import { string } from './string/string.js';
import { tcp } from './tcp/tcp.js';
import { tcpmss } from './tcpmss/tcpmss.js';
import { time } from './time/time.js';
import { tos } from './tos/tos.js';
import { ttl } from './ttl/ttl.js';
import { u32 } from './u32/u32.js';
import { udp } from './udp/udp.js';

const MATCHES: readonly AnyMatch[] = [
  addrtype,
  addrtype6,
  ah,
  ah6,
  bpf,
  cgroup,
  comment,
  conntrack,
  conntrack6,
  cpu,
  dccp,
  devgroup,
  dscp,
  dst,
  ecn,
  esp,
  eui64,
  frag,
  hbh,
  hl,
  icmp,
  icmp6,
  ipcomp,
  iprange,
  iprange6,
  ipv6header,
  length,
  limit,
  mac,
  mark,
  mh,
  multiport,
  owner,
  physdev,
  pkttype,
  policy,
  realm,
  rt,
  sctp,
  socket,
  srh,
  state,
  string,
  tcp,
  tcpmss,
  time,
  tos,
  ttl,
  u32,
  udp,
];

const TARGETS: readonly AnyTarget[] = [log, reject, reject6];

/** By name; of one name there may be one extension for each family. */
function byName<Extension extends AnyMatch | AnyTarget>(extensions: readonly Extension[], family: Family): ReadonlyMap<string, Extension> {
  return new Map(extensions.filter(({ families }) => families.includes(family)).map((extension) => [extension.name, extension]));
}

const MATCH_BY_NAME: Readonly<Record<Family, ReadonlyMap<string, AnyMatch>>> = { ipv4: byName(MATCHES, 'ipv4'), ipv6: byName(MATCHES, 'ipv6') };
const TARGET_BY_NAME: Readonly<Record<Family, ReadonlyMap<string, AnyTarget>>> = { ipv4: byName(TARGETS, 'ipv4'), ipv6: byName(TARGETS, 'ipv6') };

/** The match `-m NAME` of a family, or undefined. */
export function matchExtension(name: string, family: Family): AnyMatch | undefined {
  return MATCH_BY_NAME[family].get(name);
}

/** The target `-j NAME` of a family, or undefined (ACCEPT, DROP, RETURN and chains are not extensions). */
export function targetExtension(name: string, family: Family): AnyTarget | undefined {
  return TARGET_BY_NAME[family].get(name);
}

/** All extensions, matches first. */
export function allExtensions(): readonly (AnyMatch | AnyTarget)[] {
  return [...MATCHES, ...TARGETS];
}
