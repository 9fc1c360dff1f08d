/** A client and a server with a filter between them that is a host itself: client - filter - server, by veth pairs as they come. */
import { createNamespace, ipBatch, removeNamespace, setSysctls } from '../../harness/namespaces.js';
import { formatIpv4Address } from '../../../src/net/ipv4-address.js';
import type { Way } from './program.js';

export const PORT = 8080;
const CLIENTS = 32;
const FIRST_CLIENT = 0x0a140002n;

/** Where the server stands: behind the filter, or on it. */
export type Standing = 'behind' | 'on';

export interface FilteredHosts {
  readonly client: string;
  readonly filter: string;
  readonly server: string;
}

let triples = 0;

/** @param filter the namespace between them; absent: a new one */
export function createFilteredHosts(label: string, filter = createNamespace(`xf${triples + 1}-${label}`)): FilteredHosts {
  triples += 1;
  const [client, server] = ['xc', 'xs'].map((kind) => createNamespace(`${kind}${triples}-${label}`)) as [string, string];
  setSysctls(filter, [['ipv4/ip_forward', '1']]);
  ipBatch(filter, [
    `link add d0 type veth peer name c0 netns ${client}`,
    `link add d1 type veth peer name s0 netns ${server}`,
    'link set d0 up', 'addr add 10.20.0.1/16 dev d0', 'link set d1 up', 'addr add 10.21.0.1/16 dev d1',
  ]);
  ipBatch(client, [
    'link set c0 up', ...Array.from({ length: CLIENTS }, (_, index) => `addr add ${formatIpv4Address(FIRST_CLIENT + BigInt(index))}/16 dev c0`), 'route add default via 10.20.0.1',
  ]);
  ipBatch(server, ['link set s0 up', 'addr add 10.21.0.2/16 dev s0', 'route add default via 10.21.0.1']);
  return { client, filter, server };
}

export function removeFilteredHosts({ client, filter, server }: FilteredHosts): void {
  for (const name of [client, filter, server]) removeNamespace(name);
}

/** The way of exchanges with a server in that place. */
export function wayTo({ client, filter, server }: FilteredHosts, standing: Standing): Way {
  const there = standing === 'on' ? { server: filter, address: '10.20.0.1' } : { server, address: '10.21.0.2' };
  return { ...there, client, port: PORT, firstClient: formatIpv4Address(FIRST_CLIENT), clients: CLIENTS };
}
