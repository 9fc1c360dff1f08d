/** Every scripted case. */
import { chainSelection } from './chain-selection.js';
import { conntrackEdges } from './conntrack-edges.js';
import { extensionHeaders6 } from './extension-headers6.js';
import { fragments } from './fragments.js';
import { fragments6 } from './fragments6.js';
import { hostTraffic } from './host-traffic.js';
import { interfaces } from './interfaces.js';
import { matches } from './matches.js';
import { packetBytes } from './packet-bytes.js';
import { packetShapes } from './packet-shapes.js';
import { routing6 } from './routing6.js';
import { walking } from './walking.js';
import type { Trap } from '../harness/trap.js';

export const traps: readonly Trap[] = [...chainSelection, ...packetShapes, ...fragments, ...fragments6, ...interfaces, ...walking, ...matches, ...packetBytes, ...hostTraffic, ...conntrackEdges, ...routing6, ...extensionHeaders6];
