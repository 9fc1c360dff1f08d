/**
 * Where a namespace's packets are judged: the setting of `bpf-iptables hook`. It is kept in the shared root (bpf/layout.h, struct root),
 * so that every later command compiles and attaches by it.
 */
import { InternalFault } from '../errors/errors.js';
import type { XdpMode } from './kernel.js';

/**
 * `tc`: no XDP. `early-drop`: native XDP drops what is dropped whatever its state, tc judges the rest. `xdp`: native XDP judges INPUT and FORWARD,
 * devices without it are judged at tc. `xdp-generic`: the same, by generic XDP where a driver has no native.
 */
export const HOOK_MODES = ['tc', 'early-drop', 'xdp', 'xdp-generic'] as const;
export type HookMode = (typeof HOOK_MODES)[number];

export interface HookSetting {
  readonly mode: HookMode;
  /** XDP hands accepted packets of established flows to the out device itself, past the stack. */
  readonly fastForward: boolean;
}

export const USUAL_HOOK: HookSetting = { mode: 'tc', fastForward: false };

const FAST_FORWARD = 1n << 8n;

/** The word in the root: bits 0-7 the mode's place in {@link HOOK_MODES}, bit 8 fast-forward. 0 is {@link USUAL_HOOK}. */
export function encodeHook(setting: HookSetting): bigint {
  return BigInt(HOOK_MODES.indexOf(setting.mode)) | (setting.fastForward ? FAST_FORWARD : 0n);
}

/** @throws InternalFault for a word that {@link encodeHook} does not make. */
export function decodeHook(word: bigint): HookSetting {
  const mode = HOOK_MODES[Number(word & 0xffn)];
  if (mode === undefined || word >> 9n !== 0n) throw new InternalFault('the hook setting in the kernel was made by another version of bpf-iptables: `bpf-iptables detach\' first, then load the rules again');
  return { mode, fastForward: (word & FAST_FORWARD) !== 0n };
}

/** The setting in words: `xdp, fast-forward`. */
export function hookText({ mode, fastForward }: HookSetting): string {
  return `${mode}${fastForward ? ', fast-forward' : ''}`;
}

/** How XDP programs are attached under a mode: the first of these that a device takes. */
export function xdpModes(mode: HookMode): readonly XdpMode[] {
  if (mode === 'tc') return [];
  return mode === 'xdp-generic' ? ['native', 'generic'] : ['native'];
}
