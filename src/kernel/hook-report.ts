/** How each interface of a namespace is judged, and why not otherwise. */
import type { Catalog } from './catalog.js';
import { coverXdp, type Home } from './coverage.js';
import { covered } from './devices.js';
import { xdpModes, type HookSetting } from './hook-setting.js';
import type { Kernel, Link, XdpMode } from './kernel.js';
import { xdpObstacle } from './xdp.js';

export interface InterfaceHook {
  readonly name: string;
  /** The foremost place: what XDP does not judge, tc does. `upper`: a port, whose packets are judged on the device above it. */
  readonly at: 'tc' | XdpMode | 'upper';
  /** Why not at XDP although the setting asks for it. */
  readonly why?: string;
}

export interface HookReport {
  readonly setting: HookSetting;
  /** Whether IPv6 rules are in force: those know no XDP. */
  readonly ipv6: boolean;
  readonly interfaces: readonly InterfaceHook[];
}

/** Asks every device, by trying: what is missing is put on as {@link coverXdp} does. */
export function reportHooks(kernel: Kernel, catalog: Catalog, home: Home, links: readonly Link[], setting: HookSetting): HookReport {
  const modes = xdpModes(setting.mode);
  const outcomes = coverXdp(kernel, catalog, home, links, modes);
  const judged = new Set(covered(links));
  const interfaces = links.map((link): InterfaceHook => {
    const { name } = link;
    if (!judged.has(link)) return { name, at: 'upper' };
    const outcome = outcomes.get(link.ifindex);
    if (outcome && 'mode' in outcome) return { name, at: outcome.mode };
    if (modes.length === 0) return { name, at: 'tc' };
    return { name, at: 'tc', why: outcome?.refusal ?? xdpObstacle(link) ?? 'the ruleset in force has lost its XDP program: any change of it brings one back' };
  });
  return { setting, ipv6: home.active.has('ipv6'), interfaces };
}
