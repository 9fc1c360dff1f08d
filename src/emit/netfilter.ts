/** The netfilter hook: all three chains; LOCAL_OUT runs in process context. */
import type { HookShape } from './hook.js';

const NF_DROP = 0;
const NF_ACCEPT = 1;

export const NETFILTER: HookShape = {
  hook: 'netfilter',
  name: 'nf',
  entry: 'entry_netfilter',
  chains: ['INPUT', 'FORWARD', 'OUTPUT'],
  own: { tcp_options: 'tcp_options_netfilter', conntrack_lookup: undefined, conntrack_entry: undefined, around: undefined, log: undefined },
  gate: 'open',
  counting: 'atomic',
  codes: { pass: NF_ACCEPT, accept: NF_ACCEPT, drop: NF_DROP, hotdrop: NF_DROP, discard: NF_DROP, reject: NF_DROP },
};
