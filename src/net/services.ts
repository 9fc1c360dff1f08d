/**
 * Service names by the host's services database, as getservbyname(3) and getservbyport(3) read it (the `files` source of nsswitch).
 * Names are case-sensitive; ports are in host order.
 */
import { readFileSync } from 'node:fs';

/** Transport names as they stand behind the slash in the database. */
export type Transport = 'tcp' | 'udp' | 'udplite' | 'sctp' | 'dccp';

interface Service {
  readonly names: readonly string[];
  readonly port: number;
  readonly transport: string;
}

let cached: readonly Service[] | undefined;

/** The entries of a services(5) text, in order. Lines that are not entries are skipped, as libc skips them. */
export function parseServices(text: string): readonly Service[] {
  const services: Service[] = [];
  for (const line of text.split('\n')) {
    const [name, portAndTransport, ...aliases] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    const parts = /^(\d+)\/(\S+)$/.exec(portAndTransport ?? '');
    if (!name || !parts) continue;
    services.push({ names: [name, ...aliases], port: Number(parts[1]), transport: parts[2]! });
  }
  return services;
}

function database(): readonly Service[] {
  if (cached) return cached;
  let text = '';
  try {
    text = readFileSync('/etc/services', 'utf8');
  } catch {
    // No database: no name resolves and every port prints as a number, as with libc.
  }
  cached = parseServices(text);
  return cached;
}

/** Port of a service name or alias for one transport (any transport when undefined), or undefined. */
export function servicePort(name: string, transport?: Transport): number | undefined {
  return database().find((s) => s.names.includes(name) && (transport === undefined || s.transport === transport))?.port;
}

/** Official name of a port for one transport (any transport when undefined), or undefined. */
export function serviceName(port: number, transport?: Transport): string | undefined {
  return database().find((s) => s.port === port && (transport === undefined || s.transport === transport))?.names[0];
}
