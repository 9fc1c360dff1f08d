/** These tests make network namespaces: without root they fail, they are never skipped. */

/** Throws where the process may not make namespaces. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new Error('compat-tests need root (network namespaces, raw sockets, eBPF)');
}
