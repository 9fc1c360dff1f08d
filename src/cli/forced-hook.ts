/**
 * The hook that tests and measurements force: environment variable BPF_IPTABLES_HOOK (docs/testing.md), a mode of `bpf-iptables hook`,
 * with `+fast-forward` behind it where that is wanted.
 */
import { OtherProblem } from '../errors/errors.js';
import { HOOK_MODES, type HookSetting } from '../kernel/hook-setting.js';

const FAST_FORWARD = '+fast-forward';

/** Undefined where nothing is forced. @throws OtherProblem for a word that is no hook. */
export function forcedHook(environment: NodeJS.ProcessEnv): HookSetting | undefined {
  const word = environment.BPF_IPTABLES_HOOK;
  if (word === undefined || word === '') return undefined;
  const fastForward = word.endsWith(FAST_FORWARD);
  const name = fastForward ? word.slice(0, -FAST_FORWARD.length) : word;
  const mode = HOOK_MODES.find((each) => each === name);
  if (mode === undefined || (fastForward && (mode === 'tc' || mode === 'early-drop'))) throw new OtherProblem(`BPF_IPTABLES_HOOK: no hook "${word}" (${HOOK_MODES.join(', ')}, xdp and xdp-generic may end in ${FAST_FORWARD})`);
  return { mode, fastForward };
}
