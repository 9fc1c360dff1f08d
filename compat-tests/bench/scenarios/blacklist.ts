/** The sources that the DDoS scenario shuts out: 20 addresses with 50 ports each, as published. */
export function blacklist(): { readonly src: number; readonly sport: number }[] {
  return Array.from({ length: 1000 }, (_, index) => ({ src: 0xc0a80002 + Math.floor(index / 50), sport: 10_240 + (index % 50) }));
}
