/** Packets one after another, each one's state in both conntracks: counting rules, one for each place and state. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TwinPacket } from '../harness/packet.js';
import type { Both } from './both.js';

const STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'];
const PLACES = ['INPUT -i lo', 'INPUT -i eth0', 'INPUT -i eth1', 'FORWARD -i eth0', 'FORWARD -i eth1', 'OUTPUT -o lo', 'OUTPUT -o eth0', 'OUTPUT -o eth1'];

/** The rules that follow() reads. */
export const STATE_RULES = ['*filter', ...PLACES.flatMap((place) => STATES.map((state) => `-A ${place} -m conntrack --ctstate ${state}`)), 'COMMIT', ''].join('\n');

export interface Sent {
  readonly note: string;
  readonly packet: TwinPacket;
  /** To be done, or waited for, before the packet is sent. */
  readonly before?: (both: Both) => Promise<void> | void;
}

/** A packet, or `wait` ms without one. */
export type Step = Sent | { readonly note: string; readonly wait: number };

/** Takes step after step until a packet is judged differently; says which, with what went before it. `met`: called with each rule that the kernel's packets met. */
export async function followRules(both: Both, steps: readonly Step[], met: (rule: string) => void): Promise<string> {
  for (const [index, step] of steps.entries()) {
    if ('wait' in step) {
      await sleep(step.wait);
      continue;
    }
    const { packet, before } = step;
    await before?.(both);
    const { kernel, ours } = await both.send(packet);
    kernel.forEach(met);
    if (kernel.join() !== ours.join()) {
      const only = { kernel: kernel.filter((rule) => !ours.includes(rule)), ours: ours.filter((rule) => !kernel.includes(rule)) };
      return `${steps.slice(0, index + 1).map(({ note }) => note).join(' ')}\n  kernel: ${only.kernel.join(', ')}\n  ours:   ${only.ours.join(', ')}`;
    }
    if (kernel.length === 0) return `${steps[index]!.note}: no rule met, nothing compared`;
  }
  return '';
}

/** The same under STATE_RULES; counts the states met in `met`. */
export function follow(both: Both, steps: readonly Step[], met: Map<string, number>): Promise<string> {
  return followRules(both, steps, (rule) => {
    const state = /--ctstate (\w+)/.exec(rule)?.[1] ?? '';
    met.set(state, (met.get(state) ?? 0) + 1);
  });
}
