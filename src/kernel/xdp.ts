/**
 * XDP programs on devices: a stage in front of tc (docs/architecture.md, "Hooks"). They are passive unless their generation is in force, and tc
 * judges what they do not, so putting one on, replacing it or losing it never leaves a packet unjudged or judged twice.
 * A device that cannot have one, or has somebody else's, is judged at tc.
 */
import { isSystemCallError } from '../native/native.js';
import type { Catalog, OwnProgram } from './catalog.js';
import { covered } from './devices.js';
import { LOOPBACK_IFINDEX, type Kernel, type Link, type XdpMode } from './kernel.js';
import type { NewProgram, Undo } from './swap.js';

const ETHERNET = 1;
/** Native XDP on these runs on their ports, where the packet's device is another one. */
const ABOVE = new Set(['bond', 'team']);

/** Of the covered devices: why it gets no XDP program, undefined where it does. */
export function xdpObstacle(link: Link): string | undefined {
  if (link.ifindex === LOOPBACK_IFINDEX) return 'loopback';
  if (link.type !== ETHERNET) return 'not an Ethernet device';
  if (ABOVE.has(link.kind)) return `XDP on a ${link.kind} runs on its ports`;
  return undefined;
}

/** What became of an attempt: how the device now runs the program, or why it does not. */
export type XdpOutcome = { readonly mode: XdpMode } | { readonly refusal: string };

export interface XdpPlacement {
  readonly outcome: XdpOutcome;
  readonly undo: Undo;
}

const NOTHING: Undo = () => undefined;

function words(error: unknown): string {
  if (!isSystemCallError(error)) throw error;
  return error.words ?? error.code;
}

/** The first mode that the device takes the program in. */
function attachFirst(kernel: Kernel, ifindex: number, fd: number, modes: readonly XdpMode[]): XdpOutcome {
  const refusals: string[] = [];
  for (const mode of modes) {
    try {
      kernel.xdpAttach(ifindex, fd, mode, undefined);
      return { mode };
    } catch (error) {
      refusals.push(`${mode}: ${words(error)}`);
    }
  }
  return { refusal: refusals.join('; ') };
}

/** Takes the program `fd` off; one that is gone, or was replaced meanwhile, is fine. */
function takeOff(kernel: Kernel, ifindex: number, mode: XdpMode, fd: number): void {
  try {
    kernel.xdpDetach(ifindex, mode, fd);
  } catch (error) {
    if (!['ENODEV', 'ENOENT', 'EEXIST'].some((code) => isSystemCallError(error, code))) throw error;
  }
}

/**
 * Puts `program` on a device in one of `modes`, instead of the one of ours that is there. Never throws for what the device or its driver
 * refuses: that device is judged at tc.
 */
export function placeXdp(kernel: Kernel, catalog: Catalog, link: Link, program: NewProgram & { readonly id?: number }, modes: readonly XdpMode[]): XdpPlacement {
  const { ifindex } = link;
  const { own, foreign } = catalog.xdp(link);
  if (foreign !== 0) return { outcome: { refusal: `the XDP program ${foreign} there is not of bpf-iptables` }, undo: NOTHING };
  if (own && own.program.family !== program.family) return { outcome: { refusal: `the rules of ${own.program.family} have it` }, undo: NOTHING };
  if (!own) {
    const outcome = attachFirst(kernel, ifindex, program.fd, modes);
    return { outcome, undo: 'mode' in outcome ? () => takeOff(kernel, ifindex, outcome.mode, program.fd) : NOTHING };
  }
  const old = own.program.fd;
  if (modes.includes(own.mode)) {
    if (own.program.id === program.id) return { outcome: { mode: own.mode }, undo: NOTHING };
    try {
      kernel.xdpAttach(ifindex, program.fd, own.mode, old);
      return { outcome: { mode: own.mode }, undo: () => kernel.xdpAttach(ifindex, old, own.mode, program.fd) };
    } catch (error) {
      return { outcome: { refusal: `${own.mode}: ${words(error)}` }, undo: NOTHING };
    }
  }
  // A device runs native or generic XDP, not both.
  takeOff(kernel, ifindex, own.mode, old);
  const outcome = attachFirst(kernel, ifindex, program.fd, modes);
  return {
    outcome,
    undo: () => {
      if ('mode' in outcome) takeOff(kernel, ifindex, outcome.mode, program.fd);
      kernel.xdpAttach(ifindex, old, own.mode, undefined);
    },
  };
}

/** The devices that should carry the XDP program. */
export function xdpDevices(links: readonly Link[]): Link[] {
  return covered(links).filter((link) => xdpObstacle(link) === undefined);
}

/** The XDP program that `wanted` picks, wherever it stands. */
export function findXdp(catalog: Catalog, links: readonly Link[], wanted: (program: OwnProgram<'xdp'>) => boolean): OwnProgram<'xdp'> | undefined {
  for (const link of links) {
    const program = catalog.xdp(link).own?.program;
    if (program && wanted(program)) return program;
  }
  return undefined;
}

/** Takes off every XDP program of ours that `keep` does not keep. Returns whether there was any. */
export function removeXdp(kernel: Kernel, catalog: Catalog, links: readonly Link[], keep: (program: OwnProgram<'xdp'>, link: Link) => boolean): boolean {
  let removed = false;
  for (const link of links) {
    const { own } = catalog.xdp(link);
    if (!own || keep(own.program, link)) continue;
    takeOff(kernel, link.ifindex, own.mode, own.program.fd);
    removed = true;
  }
  return removed;
}
