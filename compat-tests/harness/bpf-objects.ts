/** eBPF objects of the running kernel, to find leaks: which programs use a given map. */
import { readFileSync } from 'node:fs';
import { isSystemCallError, native } from '../../src/native/native.js';

export interface BpfUsage {
  /** Ids of programs that use the map. */
  readonly programs: readonly number[];
  /** Ids of all maps those programs use. */
  readonly maps: readonly number[];
}

/** Calls `visit` with the descriptor of each loaded program; one that goes away meanwhile is left out. */
function eachProgram(visit: (fd: number) => void): void {
  for (let id = native().progNextId(0); id !== undefined; id = native().progNextId(id)) {
    try {
      const fd = native().progFdById(id);
      try {
        visit(fd);
      } finally {
        native().closeFd(fd);
      }
    } catch (error) {
      if (!isSystemCallError(error, 'ENOENT')) throw error;
    }
  }
}

/** All loaded programs that use map `mapId`, with the maps they use. */
export function usersOfMap(mapId: number): BpfUsage {
  const programs: number[] = [];
  const maps = new Set<number>();
  eachProgram((fd) => {
    const info = native().progInfo(fd);
    if (!info.mapIds.includes(mapId)) return;
    programs.push(info.id);
    info.mapIds.forEach((id) => maps.add(id));
  });
  return { programs, maps: [...maps] };
}

/** Calls `visit` for each map of the programs attached with tcx to `device`, in the current namespace, until it returns something. */
function eachAttachedMap<T>(device: string, visit: (mapId: number, fd: number) => T | undefined): T | undefined {
  const TCX_INGRESS = 46;
  const ifindex = native().interfaceIndex(device);
  for (const id of native().progQuery(ifindex, TCX_INGRESS).ids) {
    const fd = native().progFdById(id);
    const info = native().progInfo(fd);
    native().closeFd(fd);
    for (const mapId of info.mapIds) {
      const mapFd = native().mapFdById(mapId);
      const found = visit(mapId, mapFd);
      native().closeFd(mapFd);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The id of the map named `name` that the programs attached with tcx to `device` share, in the current namespace. */
export function attachedMap(device: string, name: string): number {
  const found = eachAttachedMap(device, (mapId, fd) => (native().mapInfo(fd).name === name ? mapId : undefined));
  if (found === undefined) throw new Error(`no program on ${device} uses a map named ${name}`);
  return found;
}

/** Bytes of kernel memory that the maps of the programs attached with tcx to `device` take now, by the maps' names, in the current namespace. */
export function attachedMemory(device: string): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  eachAttachedMap(device, (mapId, fd) => {
    const said = /^memlock:\s*(\d+)$/m.exec(readFileSync(`/proc/thread-self/fdinfo/${fd}`, 'utf8'))?.[1];
    bytes.set(`${native().mapInfo(fd).name} ${mapId}`, Number(said ?? 0));
    return undefined;
  });
  return bytes;
}
