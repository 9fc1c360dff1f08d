/** The firewalls of the comparison, each given the same flat rules for FORWARD: what matches is dropped, policy ACCEPT. */
import { Exit } from '../../../src/asm/jump.js';
import { Mov } from '../../../src/asm/alu.js';
import { assemble } from '../../../src/asm/assemble.js';
import { Code } from '../../../src/asm/code.js';
import { R0 } from '../../../src/asm/register.js';
import { LICENSE } from '../../../src/kernel/license.js';
import { realKernel } from '../../../src/kernel/real-kernel.js';
import { ATTACH_TYPE, PROG_TYPE } from '../../../src/native/native.js';
import { formatIpv4Address } from '../../../src/net/ipv4-address.js';
import { execOk } from '../../harness/exec.js';
import { bpfIptables, LEGACY, restore, runCommand, type Firewall } from '../../harness/firewall.js';
import { insideNamespace } from '../../harness/open-wire.js';
import { matchText, type FlatRule } from '../flat-rule.js';
import { deviceIndex, hasCommand, type Lane } from './lane.js';

export interface Contender {
  readonly name: string;
  /** Why not with so many rules on this machine; undefined: it can be measured. */
  obstacle(rules: number): string | undefined;
  install(lane: Lane, rules: readonly FlatRule[]): void;
}

const LONG = 120_000;
/** Rules beyond which nftables' own linear search takes more than a millisecond a packet. */
const NFT_LIMIT = 10_000;

const address = (value: number): string => formatIpv4Address(BigInt(value));

/** A save file: every rule drops in FORWARD. */
function dropRules(rules: readonly FlatRule[]): string {
  return ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules.map((rule) => `-A FORWARD${matchText(rule)} -j DROP`), 'COMMIT', ''].join('\n');
}

const missing = (...commands: readonly string[]): string | undefined => {
  const absent = commands.filter((command) => !hasCommand(command));
  return absent.length === 0 ? undefined : `${absent.join(', ')} not installed`;
};

const NFT: Firewall = { name: 'iptables-nft', command: ['iptables-nft'], save: ['iptables-nft-save'], restore: ['iptables-nft-restore'] };

/** Firewalls that take an iptables-save file. */
export interface TextContender {
  readonly name: string;
  load(lane: Lane, text: string): void;
}

const OWN_NAMES = { tc: 'bpf-iptables at tc', 'early-drop': 'bpf-iptables with early drop', xdp: 'bpf-iptables at XDP' } as const;

/** bpf-iptables with its packets judged where `mode` says. */
export function own(mode: keyof typeof OWN_NAMES): TextContender {
  return {
    name: OWN_NAMES[mode],
    load: (lane, text) => {
      if (mode !== 'tc') {
        const answer = runCommand(bpfIptables(), lane.firewall, ['hook', mode]);
        if (answer.status !== 0) throw new Error(answer.stderr);
      }
      restore(bpfIptables(), lane.firewall, text);
    },
  };
}

export const LEGACY_TEXT: TextContender = { name: 'iptables-legacy', load: (lane, text) => restore(LEGACY, lane.firewall, text) };
export const NFT_TEXT: TextContender = { name: 'iptables-nft', load: (lane, text) => restore(NFT, lane.firewall, text) };
export const NO_FILTER: TextContender = { name: 'no filter', load: () => undefined };

const NOTHING: Contender = { name: 'no filter', obstacle: () => undefined, install: () => undefined };

const LEGACY_RULES: Contender = { name: 'iptables-legacy', obstacle: () => missing('iptables-legacy'), install: (lane, rules) => LEGACY_TEXT.load(lane, dropRules(rules)) };

const NFT_RULES: Contender = {
  name: 'iptables-nft',
  obstacle: (rules) => (rules > NFT_LIMIT ? 'more than a millisecond a packet' : missing('iptables-nft')),
  install: (lane, rules) => NFT_TEXT.load(lane, dropRules(rules)),
};

/** One set of exact 5-tuples, looked up by one rule. */
const NFT_SET: Contender = {
  name: 'nft concatenated set',
  obstacle: () => missing('nft'),
  install: (lane, rules) => {
    const elements = rules.map((rule) => `${address(rule.src)} . ${address(rule.dst)} . ${rule.sportLow} . ${rule.dportLow}`).join(', ');
    const text = `table ip bench {\n set tuples { type ipv4_addr . ipv4_addr . inet_service . inet_service; elements = { ${elements} }; }\n` +
      ' chain forward { type filter hook forward priority 0; policy accept; ip saddr . ip daddr . udp sport . udp dport @tuples drop; }\n}\n';
    execOk(['nft', '-f', '-'], { namespace: lane.firewall, input: text, timeout: LONG });
  },
};

/** No set type of ipset holds both ports: source address, destination port and destination address make do. */
const IPSET: Contender = {
  name: 'ipset and one rule',
  obstacle: () => missing('ipset', 'iptables-legacy'),
  install: (lane, rules) => {
    const entries = new Set(rules.map((rule) => `add tuples ${address(rule.src)},udp:${rule.dportLow},${address(rule.dst)}`));
    execOk(['ipset', 'restore'], { namespace: lane.firewall, input: `create tuples hash:ip,port,ip maxelem 200000\n${[...entries].join('\n')}\n`, timeout: LONG });
    const answer = runCommand(LEGACY, lane.firewall, ['-A', 'FORWARD', '-p', 'udp', '-m', 'set', '--match-set', 'tuples', 'src,dst,dst', '-j', 'DROP']);
    if (answer.status !== 0) throw new Error(answer.stderr);
  },
};

const ownContender = (mode: 'tc' | 'xdp'): Contender => ({ name: OWN_NAMES[mode], obstacle: () => undefined, install: (lane, rules) => own(mode).load(lane, dropRules(rules)) });

export const CONTENDERS: readonly Contender[] = [NOTHING, LEGACY_RULES, NFT_RULES, NFT_SET, IPSET, ownContender('tc'), ownContender('xdp')];

/** Drops at XDP at once: what is left is the generator's own cost, and the way to the receiver. */
export function dropAtOnce(lane: Lane): void {
  const kernel = realKernel();
  const program = kernel.progLoad(PROG_TYPE.xdp, ATTACH_TYPE.none, assemble('drop', new Code().emit(Mov.imm32(R0, 1), Exit.done())).insns, LICENSE, 'drop');
  const ifindex = deviceIndex(lane, 'eth0');
  insideNamespace(lane.firewall, () => kernel.xdpAttach(ifindex, program, 'native', undefined));
  kernel.closeFd(program);
}
