/** Random TCP conversations: mostly a handshake and data, always something that does not belong. Words as Dialogue reads them. */
import type { Random } from '../../src/property/random.js';

const ODD = ['S', 'SA', 'R', 'RA', 'FA', 'F', 'N', 'FPU', 'SF', 'SR', 'AU', 'SU', 'SAE', 'PA', 'P'];

function word(random: Random, index: number): string {
  const who = random.chance(index === 0 ? 0.95 : 0.55) ? 'c' : 's';
  if (index === 0 && random.chance(0.8)) return `${who}:S`;
  if (index === 1 && random.chance(0.6)) return 's:SA';
  const flags = random.chance(0.5) ? 'A' : random.pick(ODD);
  const data = flags.includes('A') && !flags.includes('S') && random.chance(0.3) ? `+${random.between(1, 20)}` : '';
  const off = random.chance(0.06) ? `@${random.pick([-1, -50, 1, 50])}` : '';
  return `${who}:${flags}${data}${off}${random.chance(0.02) ? '!' : ''}`;
}

export function randomSegments(random: Random): string[] {
  return Array.from({ length: random.between(3, 14) }, (_, index) => word(random, index));
}
