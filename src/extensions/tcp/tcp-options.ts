/**
 * Whether a TCP option kind is present in the option bytes of a header, walked as the kernel does (xt_tcpudp tcp_find_option):
 * kinds 0 and 1 are one byte long and do not end the walk, a length of 0 counts as 1.
 */
export function hasTcpOption(options: Uint8Array, kind: number): boolean {
  for (let at = 0; at < options.length; ) {
    const found = options[at]!;
    if (found === kind) return true;
    at += found < 2 ? 1 : options[at + 1] || 1;
  }
  return false;
}
