/** Makes the kernel objects of a generation: maps, contents, programs, and the state bound to them. Attaches nothing. */
import { InternalFault } from '../errors/errors.js';
import type { GenerationSpec, Hook, MapSpec } from '../emit/spec.js';
import { MAP_FLAG, MAP_TYPE } from '../native/native.js';
import type { Descriptors } from './descriptors.js';
import type { Kernel, Point } from './kernel.js';
import { loadProgram } from './load-program.js';
import { generationMapName, programName, sharedMapName } from './names.js';
import { relocate, typeWants } from './relocate.js';
import { loadFault } from './verifier-fault.js';

const ENTRY = new Uint8Array(4);

/** Where programs are attached; those of other hooks are not. */
const POINT: Partial<Record<Hook, Point>> = { 'tc-ingress': 'ingress', 'tc-egress': 'egress', xdp: 'xdp' };

export interface LoadedProgram {
  readonly name: string;
  readonly hook: Hook;
  readonly fd: number;
}

/** Descriptors of a loaded generation; they belong to the Descriptors it was loaded with. */
export interface LoadedGeneration {
  readonly programs: readonly LoadedProgram[];
  /** By the name in the spec. */
  readonly maps: ReadonlyMap<string, number>;
}

/** BPF map flags of a spec: the root must be mmapable, so that one word of it can be stored atomically. */
function mapFlags(spec: MapSpec): number {
  return spec.flags | (spec.frozen ? MAP_FLAG.readOnlyForPrograms : 0) | (spec.name === 'root' ? MAP_FLAG.mmapable : 0);
}

function createMap(kernel: Kernel, spec: MapSpec, objectName: string): number {
  return kernel.mapCreate(MAP_TYPE[spec.type], spec.keySize, spec.valueSize, spec.maxEntries, mapFlags(spec), objectName);
}

function fillMap(kernel: Kernel, spec: MapSpec, fd: number): void {
  if (spec.init) {
    if (spec.type !== 'array' || spec.maxEntries !== 1 || spec.init.length !== spec.valueSize) throw new InternalFault(`map ${spec.name}: initial contents are for arrays of one entry, whole`);
    kernel.mapUpdate(fd, ENTRY, spec.init, 0);
  }
  if (spec.frozen) kernel.mapFreeze(fd);
}

function checkShape(kernel: Kernel, spec: MapSpec, fd: number): void {
  const info = kernel.mapInfo(fd);
  if (info.type !== MAP_TYPE[spec.type] || info.keySize !== spec.keySize || info.valueSize !== spec.valueSize || info.maxEntries !== spec.maxEntries) {
    throw new InternalFault(`the shared map ${spec.name} in the kernel was made by another version of bpf-iptables: \`bpf-iptables detach' first, then load the rules again`);
  }
}

/**
 * Makes the maps of a spec, reusing shared ones.
 * @param shared ids of the namespace's shared maps by object name
 */
export function createMaps(kernel: Kernel, specs: readonly MapSpec[], shared: ReadonlyMap<string, number>, descriptors: Descriptors): Map<string, number> {
  const maps = new Map<string, number>();
  const taken = new Set<string>();
  for (const spec of specs) {
    const objectName = spec.scope === 'shared' ? sharedMapName(spec.name) : generationMapName(spec.name);
    if (taken.has(objectName)) throw new InternalFault(`two maps are called ${objectName}`);
    taken.add(objectName);
    const existing = spec.scope === 'shared' ? shared.get(objectName) : undefined;
    if (existing !== undefined) {
      const fd = descriptors.own(kernel.mapFdById(existing));
      checkShape(kernel, spec, fd);
      maps.set(spec.name, fd);
      continue;
    }
    let fd: number;
    try {
      fd = descriptors.own(createMap(kernel, spec, objectName));
    } catch (cause) {
      throw new InternalFault(`cannot make map ${spec.name} (${spec.maxEntries} x ${spec.valueSize} bytes): ${(cause as Error).message}`, { cause });
    }
    fillMap(kernel, spec, fd);
    maps.set(spec.name, fd);
  }
  return maps;
}

/**
 * Makes the maps and loads the programs of `spec`.
 * @param shared ids of the namespace's shared maps by object name (names.ts)
 * @throws InternalFault naming the rule when the verifier refuses a program
 */
export function loadGeneration(kernel: Kernel, spec: GenerationSpec, shared: ReadonlyMap<string, number>, descriptors: Descriptors): LoadedGeneration {
  const types = kernel.types(typeWants(spec.progs));
  const maps = createMaps(kernel, spec.maps, shared, descriptors);
  const programs = spec.progs.map((program): LoadedProgram => {
    const point = POINT[program.hook];
    const name = point ? programName(spec.family, point) : program.name.slice(0, 15);
    const insns = relocate(program, maps, types);
    try {
      return { name: program.name, hook: program.hook, fd: descriptors.own(loadProgram(kernel, program, insns, name)) };
    } catch (cause) {
      throw loadFault(program, cause);
    }
  });
  return { programs, maps };
}
