/** A place to measure in: a sender's namespace, a firewall's namespace between its devices `eth0` (from the sender) and `eth1` (to a namespace without an address, which throws away what is forwarded). */
import { native } from '../../../src/native/native.js';
import { exec, execOk } from '../../harness/exec.js';
import { createNamespace, ipBatch, removeNamespace, setSysctls } from '../../harness/namespaces.js';
import { insideNamespace } from '../../harness/open-wire.js';

/** Of eth0, and of the device that sends to it. */
export const MACS = { to: Uint8Array.of(2, 0, 0, 0, 1, 1), from: Uint8Array.of(2, 0, 0, 0, 1, 2) } as const;
const macText = (mac: Uint8Array): string => [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':');

export interface Lane {
  readonly sender: string;
  /** The sender's device. */
  readonly port: string;
  readonly firewall: string;
}

let lanes = 0;

/** Routes: everything the bench sends to goes out by eth1, everything it sends from lies behind eth0. GRO gives eth0 a NAPI loop, with XDP or without. */
export function createLane(label: string): Lane {
  lanes += 1;
  const lane: Lane = { sender: createNamespace(`s${lanes}-${label}`), port: 'p0', firewall: createNamespace(`f${lanes}-${label}`) };
  setSysctls(lane.firewall, [['ipv4/ip_forward', '1']]);
  ipBatch(lane.firewall, [
    `link add eth0 address ${macText(MACS.to)} type veth peer name ${lane.port} address ${macText(MACS.from)} netns ${lane.sender}`,
    `link add eth1 address 02:00:00:00:02:01 type veth peer name p1 netns ${lane.sender}`,
    'link set eth0 arp off up',
    'link set eth1 arp off up',
    'addr add 10.0.0.1/24 dev eth0',
    'addr add 10.0.1.1/24 dev eth1',
    'route add default dev eth1',
    'route add 192.168.0.0/24 dev eth0',
  ]);
  ipBatch(lane.sender, [`link set ${lane.port} up`, 'link set p1 arp off up']);
  execOk(['ethtool', '-K', 'eth0', 'gro', 'on'], { namespace: lane.firewall });
  return lane;
}

export function removeLane(lane: Lane): void {
  removeNamespace(lane.firewall);
  removeNamespace(lane.sender);
}

/** Frames that came in by eth0 so far, and frames that went out by eth1. */
export function frameCounts(lane: Lane): { readonly arrived: number; readonly forwarded: number } {
  const links = JSON.parse(execOk(['ip', '-n', lane.firewall, '-s', '-j', 'link', 'show'])) as readonly { ifname: string; stats64: { rx: { packets: number }; tx: { packets: number } } }[];
  const of = (name: string): { rx: { packets: number }; tx: { packets: number } } => links.find(({ ifname }) => ifname === name)!.stats64;
  return { arrived: of('eth0').rx.packets, forwarded: of('eth1').tx.packets };
}

/** Index of a device of the firewall's namespace. */
export function deviceIndex(lane: Lane, name: string): number {
  return insideNamespace(lane.firewall, () => native().interfaceIndex(name));
}

/** Whether a command is there at all. */
export function hasCommand(name: string): boolean {
  return exec(['sh', '-c', `command -v ${name}`]).status === 0;
}
