/**
 * A kernel for tests: maps, programs, tcx lists and their lifetimes, with the packets that meet them. A process can be killed before any call.
 * Programs are not run: a packet passes each by the gate of docs/architecture.md ("Swap"), judged by its generation number.
 */
import type { SystemCallError } from '../native/native.js';
import { ATTACH_FLAG, ATTACH_TYPE } from '../native/native.js';
import { NO_XDP, type Kernel, type Link, type LocalRoute, type LocalRoute6, type XdpMode } from './kernel.js';
import { parseStateMapName } from './names.js';
import type { KernelFlow } from './flows/kernel-conntrack.js';
import type { OtherRules } from './other-rules.js';

interface FakeMap {
  readonly kind: 'map';
  readonly id: number;
  readonly info: { type: number; keySize: number; valueSize: number; maxEntries: number; flags: number; name: string };
  readonly entries: Map<string, Uint8Array>;
  frozen: boolean;
}

interface FakeProgram {
  readonly kind: 'program';
  readonly id: number;
  readonly name: string;
  readonly maps: Set<FakeMap>;
}

type FakeObject = FakeMap | FakeProgram;

/** Thrown in place of the call at which the process dies. */
export class Killed extends Error {}

/** A packet on its way through one tcx list: the list as it was when the packet came, read place by place. */
export interface Packet {
  /** Generations that judged it. */
  readonly judgedBy: bigint[];
  /** Meets the next program; false when there is none left. */
  step(): boolean;
}

function refuse(code: string, errno: number, syscall: string, words?: string): never {
  throw Object.assign(new Error(`${syscall}: ${code}`), { code, errno, syscall, ...(words === undefined ? {} : { words }) } satisfies Partial<SystemCallError>);
}

export class FakeKernel implements Kernel {
  readonly cpus = 2;
  linkList: Link[];
  routeList: LocalRoute[] = [];
  /** Calls made so far; the process dies before call number `killAt`. */
  calls = 0;
  killAt = Infinity;
  /** Called before every call that changes what packets meet, and after it. */
  around: ((change: () => void) => void) | undefined;
  barriers = 0;
  private barrierBegun = false;
  /** Devices by index whose driver knows no native XDP. */
  readonly genericOnly = new Set<number>();
  private clock = 0n;
  private nextId = 1;
  private nextFd = 3;
  private readonly objects = new Map<number, FakeObject>();
  private readonly fds = new Map<number, FakeObject>();
  private readonly lists = new Map<string, FakeProgram[]>();
  private readonly xdp = new Map<number, { mode: XdpMode; program: FakeProgram }>();
  private readonly judged: number[] = [];

  constructor(names: readonly string[]) {
    this.linkList = names.map((name, i) => ({ ifindex: i + 1, name, type: 1, flags: 1, group: 0, master: 0, kind: 'veth', slaveKind: '', xdp: NO_XDP }));
  }

  /** The process ends: its descriptors close, and what nothing holds goes. */
  endProcess(): void {
    this.fds.clear();
    const held = new Set<FakeObject>();
    for (const program of this.attachedPrograms()) {
      held.add(program);
      for (const map of program.maps) held.add(map);
    }
    for (const [id, object] of this.objects) if (!held.has(object)) this.objects.delete(id);
    this.killAt = Infinity;
  }

  /** Objects alive, by name. */
  alive(): string[] {
    return [...this.objects.values()].map((object) => (object.kind === 'map' ? object.info.name : object.name)).sort();
  }

  /** Whether the process was killed: every call since failed. */
  dead(): boolean {
    return this.calls > this.killAt;
  }

  openDescriptors(): number {
    return this.fds.size;
  }

  private attachedPrograms(): FakeProgram[] {
    return [...[...this.lists.values()].flat(), ...[...this.xdp.values()].map(({ program }) => program)];
  }

  /** Names of the programs at XDP, by device. */
  xdpNames(): Record<string, string> {
    return Object.fromEntries([...this.xdp].map(([ifindex, { mode, program }]) => [ifindex, `${mode} ${program.name}`]));
  }

  /** A packet on a CPU: at an interface's tcx list, and in front of ingress at XDP; what XDP judged, tc hands on. */
  packet(ifindex: number, attachType: number, cpu: number): Packet {
    const tcx = (): readonly FakeProgram[] => this.lists.get(`${ifindex}/${attachType}`) ?? [];
    const judgedBy: bigint[] = [];
    const xdp = attachType === ATTACH_TYPE.tcxIngress ? this.xdp.get(ifindex)?.program : undefined;
    let list = xdp ? undefined : tcx();
    let at = 0;
    const step = (): boolean => {
      if (!list) {
        const { generation, active } = this.gate(xdp!);
        if (generation !== undefined && active === generation) judgedBy.push(generation);
        list = judgedBy.length > 0 ? [] : tcx();
        return true;
      }
      const program = list[at++];
      if (!program) return false;
      const { generation, active } = this.gate(program);
      if (generation === undefined) return true;
      if (generation % 2n === 0n) {
        this.judged[cpu] = Number(active === generation);
        if (active === generation) judgedBy.push(generation);
      } else if (active >= generation) {
        if (this.judged[cpu]) this.judged[cpu] = 0;
        else judgedBy.push(generation);
      }
      return true;
    };
    return { judgedBy, step };
  }

  /** What a program's gate compares; no generation: not one of ours. */
  private gate(program: FakeProgram): { generation: bigint | undefined; active: bigint } {
    const maps = [...program.maps];
    const root = maps.find((map) => map.info.name === 'bis_root');
    const generation = maps.map((map) => parseStateMapName(map.info.name)).find((value) => value !== undefined);
    return { generation: root && generation, active: root ? this.word(root, 0) : 0n };
  }

  private word(map: FakeMap, offset: number): bigint {
    const value = map.entries.get('00000000')!;
    return new DataView(value.buffer, value.byteOffset).getBigUint64(offset, true);
  }

  private call(): void {
    if (this.calls++ >= this.killAt) throw new Killed();
    this.clock += 1000n;
  }

  private change(apply: () => void): void {
    if (this.around) this.around(apply);
    else apply();
  }

  private object(fd: number): FakeObject {
    return this.fds.get(fd) ?? refuse('EBADF', 9, 'bpf');
  }

  private map(fd: number): FakeMap {
    const object = this.object(fd);
    return object.kind === 'map' ? object : refuse('EINVAL', 22, 'bpf');
  }

  private program(fd: number): FakeProgram {
    const object = this.object(fd);
    return object.kind === 'program' ? object : refuse('EINVAL', 22, 'bpf');
  }

  private openFd(object: FakeObject): number {
    this.fds.set(this.nextFd, object);
    return this.nextFd++;
  }

  private byId(id: number, kind: FakeObject['kind']): number {
    this.call();
    const object = this.objects.get(id);
    return object?.kind === kind ? this.openFd(object) : refuse('ENOENT', 2, 'bpf');
  }

  mapCreate(type: number, keySize: number, valueSize: number, maxEntries: number, flags: number, name: string): number {
    this.call();
    const map: FakeMap = { kind: 'map', id: this.nextId++, info: { type, keySize, valueSize, maxEntries, flags, name }, entries: new Map(), frozen: false };
    if (type === 2) map.entries.set('00000000', new Uint8Array(valueSize));
    this.objects.set(map.id, map);
    return this.openFd(map);
  }

  mapLookup(fd: number, key: Uint8Array): Uint8Array | undefined {
    this.call();
    const value = this.map(fd).entries.get(Buffer.from(key).toString('hex'));
    return value && Uint8Array.from(value);
  }

  mapUpdate(fd: number, key: Uint8Array, value: Uint8Array): void {
    this.call();
    const map = this.map(fd);
    if (map.frozen) refuse('EPERM', 1, 'bpf');
    map.entries.set(Buffer.from(key).toString('hex'), Uint8Array.from(value));
  }

  mapDelete(fd: number, key: Uint8Array): boolean {
    this.call();
    return this.map(fd).entries.delete(Buffer.from(key).toString('hex'));
  }

  mapLookupBatch(fd: number, most: number): { count: number; keys: Uint8Array; values: Uint8Array } {
    this.call();
    const entries = [...this.map(fd).entries].slice(0, most);
    return { count: entries.length, keys: Buffer.concat(entries.map(([key]) => Buffer.from(key, 'hex'))), values: Buffer.concat(entries.map(([, value]) => value)) };
  }

  mapFreeze(fd: number): void {
    this.call();
    this.map(fd).frozen = true;
  }

  mapLoadWord(fd: number, offset: number): bigint {
    this.call();
    return this.word(this.map(fd), offset);
  }

  mapStoreWord(fd: number, offset: number, value: bigint): void {
    this.call();
    const bytes = this.map(fd).entries.get('00000000')!;
    this.change(() => new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(offset, value, true));
  }

  btfLoad(_types: Uint8Array): number {
    this.call();
    const types: FakeProgram = { kind: 'program', id: this.nextId++, name: 'types', maps: new Set() };
    return this.openFd(types);
  }

  progLoad(_type: number, _attachType: number, _insns: Uint8Array, _license: string, name: string): number {
    this.call();
    const program: FakeProgram = { kind: 'program', id: this.nextId++, name, maps: new Set() };
    this.objects.set(program.id, program);
    return this.openFd(program);
  }

  progAttach(progFd: number, ifindex: number, attachType: number, flags: number, relative: number): void {
    this.call();
    this.needLink(ifindex);
    const key = `${ifindex}/${attachType}`;
    const list = this.lists.get(key) ?? [];
    const program = this.program(progFd);
    if (list.includes(program)) refuse('EEXIST', 17, 'bpf');
    let at = list.length;
    if (flags & ATTACH_FLAG.id) {
      at = list.findIndex((other) => other.id === relative);
      if (at < 0) refuse('ENOENT', 2, 'bpf');
      if (flags & ATTACH_FLAG.after) at++;
    }
    // A new list: packets under way still walk the old one.
    this.change(() => this.lists.set(key, [...list.slice(0, at), program, ...list.slice(at)]));
  }

  progReplace(progFd: number, ifindex: number, attachType: number, replacedFd: number): void {
    this.call();
    this.needLink(ifindex);
    const list = this.lists.get(`${ifindex}/${attachType}`) ?? [];
    const at = list.indexOf(this.program(replacedFd));
    if (at < 0) refuse('ENOENT', 2, 'bpf');
    const program = this.program(progFd);
    // In place: packets under way that have not come so far meet the new program.
    this.change(() => list.splice(at, 1, program));
  }

  progDetach(progFd: number, ifindex: number, attachType: number): void {
    this.call();
    this.needLink(ifindex);
    const key = `${ifindex}/${attachType}`;
    const list = this.lists.get(key) ?? [];
    const program = this.program(progFd);
    if (!list.includes(program)) refuse('ENOENT', 2, 'bpf');
    this.change(() => this.lists.set(key, list.filter((other) => other !== program)));
  }

  progQuery(ifindex: number, attachType: number): { revision: bigint; ids: number[] } {
    this.call();
    this.needLink(ifindex);
    return { revision: 1n, ids: (this.lists.get(`${ifindex}/${attachType}`) ?? []).map((program) => program.id) };
  }

  private needLink(ifindex: number): void {
    if (!this.linkList.some((link) => link.ifindex === ifindex)) refuse('ENODEV', 19, 'bpf');
  }

  progBindMap(progFd: number, mapFd: number): void {
    this.call();
    this.program(progFd).maps.add(this.map(mapFd));
  }

  progFdById(id: number): number {
    return this.byId(id, 'program');
  }

  mapFdById(id: number): number {
    return this.byId(id, 'map');
  }

  progInfo(fd: number): ReturnType<Kernel['progInfo']> {
    this.call();
    const { id, name, maps } = this.program(fd);
    return { id, type: 3, name, tag: new Uint8Array(8), loadTime: 0n, mapIds: [...maps].map((map) => map.id), insns: 0, verifiedInsns: 0, jitedBytes: 0 };
  }

  mapInfo(fd: number): ReturnType<Kernel['mapInfo']> {
    this.call();
    const { id, info } = this.map(fd);
    return { id, ...info };
  }

  closeFd(fd: number): void {
    if (!this.fds.delete(fd)) refuse('EBADF', 9, 'close');
  }

  membarrierBegin(): void {
    this.call();
    this.barrierBegun = true;
  }

  membarrierEnd(): void {
    this.call();
    if (!this.barrierBegun) throw new Error('no barrier was begun');
    this.barrierBegun = false;
    this.barriers++;
  }

  realTimeOffset(): number {
    return 37;
  }

  minutesWest(): number {
    return -60;
  }

  monotonicNow(): bigint {
    return this.clock;
  }

  /** Lets time pass. */
  sleep(nanoseconds: bigint): void {
    this.clock += nanoseconds;
  }

  links(): Link[] {
    this.call();
    return this.linkList.map((link) => {
      const at = this.xdp.get(link.ifindex);
      return at ? { ...link, xdp: { ...link.xdp, [at.mode]: at.program.id } } : link;
    });
  }

  xdpAttach(ifindex: number, progFd: number, mode: XdpMode, replacedFd: number | undefined): void {
    this.call();
    this.needLink(ifindex);
    const program = this.program(progFd);
    if (mode === 'native' && this.genericOnly.has(ifindex)) refuse('EOPNOTSUPP', 95, 'rtnetlink', 'no native XDP here');
    const present = this.xdp.get(ifindex);
    if (replacedFd === undefined ? present !== undefined : present?.mode !== mode || present.program !== this.program(replacedFd)) refuse('EEXIST', 17, 'rtnetlink');
    this.change(() => this.xdp.set(ifindex, { mode, program }));
  }

  xdpDetach(ifindex: number, mode: XdpMode, progFd: number): void {
    this.call();
    this.needLink(ifindex);
    const present = this.xdp.get(ifindex);
    if (present?.mode !== mode || present.program !== this.program(progFd)) refuse('EEXIST', 17, 'rtnetlink');
    this.change(() => this.xdp.delete(ifindex));
  }

  localRoutes(): LocalRoute[] {
    this.call();
    return [...this.routeList];
  }

  localRoutes6(): LocalRoute6[] {
    this.call();
    return [{ address: 1n, prefixLength: 128, type: 2, ifindex: 1 }];
  }

  networkNamespaceCookie(): bigint {
    return 1n;
  }

  otherRules(): OtherRules {
    return { nat: [], filter: [] };
  }

  trackedFlows(): readonly KernelFlow[] {
    return [];
  }

  routeGeneration(): number {
    this.call();
    return 7;
  }

  types(): { kfuncs: Map<string, number>; fields: Map<string, number> } {
    return { kfuncs: new Map(), fields: new Map() };
  }

  /** As if a program had counted: adds to a slot of the counters map of the family's generation. */
  count(generation: bigint, cpu: number, slot: number, packets: bigint, bytes: bigint): void {
    const program = this.attachedPrograms().find((candidate) => [...candidate.maps].some((map) => parseStateMapName(map.info.name) === generation))!;
    // The own counters were bound after the state and before those of the generation before: the first of this name.
    const map = [...program.maps].find((candidate) => candidate.info.name === 'big_counters')!;
    const value = map.entries.get('00000000')!;
    const view = new DataView(value.buffer, value.byteOffset);
    const at = cpu * (value.length / this.cpus) + slot * 16;
    view.setBigUint64(at, view.getBigUint64(at, true) + packets, true);
    view.setBigUint64(at + 8, view.getBigUint64(at + 8, true) + bytes, true);
  }
}
