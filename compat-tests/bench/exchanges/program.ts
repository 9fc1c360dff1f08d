/** Short exchanges over TCP (exchanges.c). */
import { compileC } from '../../harness/compile-c.js';
import { execOk } from '../../harness/exec.js';

export interface Way {
  /** Named namespaces. */
  readonly server: string;
  readonly client: string;
  readonly address: string;
  readonly port: number;
  readonly firstClient: string;
  readonly clients: number;
}

export interface Exchanges {
  readonly whole: number;
  readonly failed: number;
  readonly perSecond: number;
}

/** Exchanges for so long, on the calling core. @param begun exchanges of this way before */
export function exchange(way: Way, begun: number, milliseconds: number): Exchanges {
  const space = (name: string): string => `/run/netns/${name}`;
  const program = compileC('compat-tests/bench/exchanges/exchanges.c');
  const said = execOk([program, space(way.server), space(way.client), way.address, String(way.port), way.firstClient, String(way.clients), String(begun), String(milliseconds)]);
  const [whole, failed, time] = said.trim().split(' ').map(Number) as [number, number, number];
  return { whole, failed, perSecond: (whole * 1e9) / time };
}
