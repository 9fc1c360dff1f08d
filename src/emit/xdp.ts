/**
 * The XDP hook in front of tc: INPUT and FORWARD. A packet accepted or rejected here goes on with a stamp that tc ingress believes
 * (bpf/stamp.h); one that is left goes on without, and tc judges it.
 */
import type { HookShape } from './hook.js';

const XDP_DROP = 1;
const XDP_PASS = 2;

export const XDP: HookShape = {
  hook: 'xdp',
  name: 'xdp',
  entry: 'entry_xdp',
  chains: ['INPUT', 'FORWARD'],
  own: { tcp_options: 'tcp_options_xdp', conntrack_lookup: 'conntrack_lookup_xdp', conntrack_entry: 'conntrack_entry_xdp', around: undefined, log: 'log_xdp' },
  gate: 'alone',
  counting: 'plain',
  codes: { pass: { stage: 'xdp_leave' }, accept: { stage: 'xdp_stamp' }, drop: XDP_DROP, hotdrop: XDP_DROP, discard: XDP_DROP, reject: { stage: 'xdp_reject' } },
};

/** The same with fast-forward (bpf/xdp_forward.c). */
export const XDP_FORWARDING: HookShape = { ...XDP, codes: { ...XDP.codes, accept: { stage: 'xdp_forward' } } };

/**
 * Early drop: packets that are dropped whatever tc knows are dropped here, all others left to tc, no counter moved.
 * @param tracked the ruleset has connection states: packets of known flows are tc's, for every packet moves its flow.
 * @param reassembled fragments are put together before every chain: they are tc's.
 */
export function xdpEarly(tracked: boolean, reassembled: boolean): HookShape {
  return {
    ...XDP,
    entry: 'entry_xdp_early',
    counting: 'deferred',
    ...(tracked ? { mayDrop: 'flow_known' } : reassembled ? { mayDrop: 'datagram_part' } : {}),
    codes: { pass: XDP_PASS, accept: XDP_PASS, drop: XDP_DROP, hotdrop: XDP_DROP, discard: XDP_PASS, reject: XDP_PASS },
  };
}
