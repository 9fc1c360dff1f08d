/**
 * Matches about what the host knows of a packet besides its bytes: which CPU, which process, which socket, which route, what time it is. An oracle that is given the packet
 * does not know; and only tc does of our hooks (docs/semantics.md). compat-tests/host-matches.test.ts compares them with iptables at tc.
 */
export const HOST_FACTS: readonly string[] = ['pkttype', 'cpu', 'devgroup', 'realm', 'owner', 'cgroup', 'socket', 'physdev', 'policy', 'time'];
