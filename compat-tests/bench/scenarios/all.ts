/** Every scenario, in the order of docs/performance.md. */
import type { Scenario } from '../report/section.js';
import { BULK_TCP } from './bulk-tcp.js';
import { CHAINS, CLASSIFICATION, REAL_RULESET } from './classification.js';
import { COMPLEXITY } from './complexity.js';
import { CONNTRACK_CONNECTIONS } from './conntrack-connections.js';
import { CONNTRACK_ESTABLISHED } from './conntrack-established.js';
import { CONNTRACK_FLOOD } from './conntrack-flood.js';
import { CONTROL_PLANE } from './control-plane.js';
import { DDOS } from './ddos.js';
import { END_TO_END } from './end-to-end.js';
import { OVERHEAD } from './overhead.js';
import { PUBLIC_SERVERS } from './servers.js';

export const SCENARIOS: readonly Scenario[] = [CLASSIFICATION, REAL_RULESET, CHAINS, END_TO_END, COMPLEXITY, PUBLIC_SERVERS, DDOS, OVERHEAD, BULK_TCP, CONNTRACK_ESTABLISHED, CONNTRACK_CONNECTIONS, CONNTRACK_FLOOD, CONTROL_PLANE];
