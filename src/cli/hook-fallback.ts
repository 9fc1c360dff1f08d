/** The hook xdp where the ruleset asks what XDP does not know. */
import { asksTc } from '../emit/generation.js';
import type { HookMode } from '../kernel/hook-setting.js';
import type { Plan } from '../plan/plan.js';

/** A line that says so, with its end; empty where XDP judges by all rules, or is not asked to. */
export function fallbackText(plan: Plan, mode: HookMode): string {
  const whole = mode === 'xdp' || mode === 'xdp-generic';
  return whole && asksTc(plan) ? 'rules ask what only tc knows of packets: XDP drops early, tc judges the rest\n' : '';
}
