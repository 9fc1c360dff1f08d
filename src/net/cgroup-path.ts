/** cgroup v2 directories by the path that rules name, as cgroup_get_from_path() of the kernel finds them: below the root of the caller's hierarchy. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where the text of /proc/self/mountinfo says that the whole cgroup v2 hierarchy is mounted; undefined where it is not. */
export function cgroupMount(mountinfo: string): string | undefined {
  for (const line of mountinfo.split('\n')) {
    const [mount = '', kind = ''] = line.split(' - ');
    const [, , , root, point] = mount.split(' ');
    if (kind.startsWith('cgroup2 ') && root === '/' && point !== undefined) return point.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  }
  return undefined;
}

/** The id of a cgroup: the inode number of its directory. Undefined where there is none. `.` and `..` are no names there. */
export function cgroupId(path: string): bigint | undefined {
  if (path.split('/').some((name) => name === '.' || name === '..')) return undefined;
  try {
    const mount = cgroupMount(readFileSync('/proc/self/mountinfo', 'utf8'));
    const found = mount === undefined ? undefined : statSync(join(mount, path), { bigint: true });
    return found?.isDirectory() ? found.ino : undefined;
  } catch {
    return undefined;
  }
}
