/** The XDP hook: INPUT and FORWARD. */
import type { HookShape } from './hook.js';

const XDP_DROP = 1;
const XDP_PASS = 2;

export const XDP: HookShape = {
  hook: 'xdp',
  name: 'xdp',
  entry: 'entry_xdp',
  chains: ['INPUT', 'FORWARD'],
  tcpOptions: 'tcp_options_xdp',
  lacks: new Set(['conntrack_lookup', 'log']),
  gated: false,
  preemptible: false,
  codes: { pass: XDP_PASS, accept: XDP_PASS, drop: XDP_DROP, hotdrop: XDP_DROP, discard: XDP_DROP, reject: XDP_DROP },
};
