/** IPv6 in a namespace of a trial: no address is tried out, no router asked for or heard, groups are reported at once, nothing is random. */
import { setSysctls } from './namespaces.js';

/** For a namespace without devices yet: they take what `default` says. */
export function speakIpv6(namespace: string, forwarding: boolean): void {
  const conf = {
    disable_ipv6: '0',
    accept_dad: '0',
    dad_transmits: '0',
    router_solicitations: '0',
    accept_ra: '0',
    accept_redirects: '0',
    // No link-local addresses: from them the host would send redirects, which have a rate.
    addr_gen_mode: '1',
    mldv1_unsolicited_report_interval: '1',
    mldv2_unsolicited_report_interval: '1',
  };
  const all = Object.entries(conf).flatMap(([name, value]) => ['all', 'default', 'lo'].filter((scope) => name !== 'addr_gen_mode' || scope === 'default').map((scope) => [`ipv6/conf/${scope}/${name}`, value] as const));
  setSysctls(namespace, [...all, ['ipv6/conf/all/forwarding', forwarding ? '1' : '0'], ['ipv6/conf/default/forwarding', forwarding ? '1' : '0'], ['ipv6/icmp/ratelimit', '0'], ['ipv6/icmp/ratemask', '0'], ['ipv6/auto_flowlabels', '0']]);
}
