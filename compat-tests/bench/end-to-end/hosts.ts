/** Two hosts with ordinary sockets: a server behind its firewall, and a client, joined by a veth pair as it comes (segmentation offload included). */
import { createNamespace, ipBatch, removeNamespace } from '../../harness/namespaces.js';
import { createLane, removeLane, type Lane } from './lane.js';

export const SERVER = '10.10.10.1';

/** The server's namespace is a lane's firewall, so that frames can be thrown at it besides; rules of TextContenders go there. */
export interface Hosts {
  readonly lane: Lane;
  readonly client: string;
}

let pairs = 0;

export function createHosts(label: string): Hosts {
  pairs += 1;
  const lane = createLane(label);
  const client = createNamespace(`c${pairs}-${label}`);
  ipBatch(lane.firewall, [
    `link add srv type veth peer name cli netns ${client}`,
    'link set srv up',
    `addr add ${SERVER}/24 dev srv`,
  ]);
  ipBatch(client, ['link set cli up', 'addr add 10.10.10.2/24 dev cli']);
  return { lane, client };
}

export function removeHosts({ lane, client }: Hosts): void {
  removeLane(lane);
  removeNamespace(client);
}
