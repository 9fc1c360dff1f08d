/** Random TCP conversations: mostly a handshake and data, always something that does not belong. Words as Dialogue reads them. */
import type { Random } from '../../src/property/random.js';

const ODD = ['S', 'SA', 'R', 'RA', 'FA', 'F', 'N', 'FPU', 'SF', 'SR', 'AU', 'SU', 'SAE', 'PA', 'P', 'FA', 'R', 'RA'];
const WINDOWS = [0, 1, 100, 5000, 5000, 5000, 65535];
/** How far acknowledgements may lag. */
const LAG = 66000;

/** What one end announces, for numbers to be picked near the edges of its window. */
interface Announced {
  scale: number;
  window: number;
}

function handshakeOptions(random: Random, end: Announced): string {
  const scale = random.pick([0, 1, 7, 14, 200]);
  const scaled = random.chance(0.6);
  end.scale = scaled ? Math.min(scale, 14) : 0;
  const options = [...(random.chance(0.5) ? ['mss'] : []), ...(random.chance(0.6) ? ['sack'] : []), ...(random.chance(0.3) ? ['time'] : []), ...(scaled ? [`scale=${scale}`] : [])];
  return options.length === 0 ? '' : `{${options.join(',')}}`;
}

/** A distance that is nothing, a little, or one window and a little. */
function distance(random: Random, end: Announced): number {
  const window = end.window * 2 ** end.scale;
  const edge = random.pick([0, 0, window, 2 * window, LAG]) + random.pick([-1, 0, 1, 2, 50]);
  return random.chance(0.5) ? edge : -edge;
}

function blocks(random: Random): string {
  const edges = Array.from({ length: random.between(1, 4) }, () => random.pick([-70000, -900, -20, -1, 0, 0, 1, 30]));
  return `{nop,nop,blocks=${edges.map((right) => `${right - 10}..${right}`).join(';')}}`;
}

function word(random: Random, index: number, ends: Readonly<Record<'c' | 's', Announced>>): string {
  const who = random.chance(index === 0 ? 0.95 : index === 1 ? 0.2 : 0.55) ? 'c' : 's';
  const [own, other] = [ends[who], ends[who === 'c' ? 's' : 'c']];
  if (index > 2 && random.chance(0.08)) return `${who}:again`;
  const usual = index === 0 ? 'S' : index === 1 && who === 's' ? 'SA' : 'A';
  const flags = random.chance(index < 3 ? 0.8 : 0.6) ? usual : random.pick(ODD);
  const data = flags.includes('A') && !flags.includes('S') && random.chance(0.35) ? `+${random.pick([1, 20, 500, 1400])}` : '';
  // The sender is bound by the other's window; acknowledgements by its own.
  const off = random.chance(0.2) ? `@${distance(random, other)}${random.chance(0.2) ? '>' : ''}` : '';
  const ack = random.chance(0.15) ? `^${distance(random, own)}` : '';
  const [place, goOn] = [off.replace('>', ''), off.endsWith('>') ? '>' : ''];
  own.window = random.chance(0.3) ? random.pick(WINDOWS) : own.window;
  const options = flags.includes('S') ? handshakeOptions(random, own) : random.chance(0.15) ? '{time}' : random.chance(0.15) ? blocks(random) : '';
  return `${who}:${flags}${data}${place}${ack}w${own.window}${options}${goOn}${random.chance(0.02) ? '!' : ''}`;
}

export function randomSegments(random: Random): string[] {
  const ends = { c: { scale: 0, window: 5000 }, s: { scale: 0, window: 5000 } };
  const words = Array.from({ length: random.between(3, 20) }, (_, index) => word(random, index, ends));
  // Who has said nothing yet cannot say it again.
  return words.filter((text, index) => !text.endsWith('again') || words.slice(0, index).some((before) => before[0] === text[0] && !before.endsWith('again')));
}

/** Where both ends begin to count: anywhere, or shortly before numbers turn over. */
export function firstNumbers(random: Random): { c: number; s: number } {
  const first = (): number => random.pick([random.between(1, 0xffffffff), 0xffffffff - random.between(0, 2000), 0x7fffffff - random.between(0, 2000)]);
  return { c: first(), s: first() };
}
