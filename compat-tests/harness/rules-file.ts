/** Prepares a user's rules file for a trial. */

/** The filter table alone, with MAC placeholders (`XX:XX:XX:XX:XX:XX`) made addresses and counters left out. A file without one throws. */
export function filterTable(text: string): string {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim() === '*filter');
  const length = lines.slice(start).findIndex((line) => line.trim() === 'COMMIT');
  if (start < 0 || length < 0) throw new Error('no filter table (*filter ... COMMIT)');
  const table = lines.slice(start, start + length + 1).map((line) => line.replace(/^\[\d+:\d+\] /, ''));
  return `${table.join('\n').replaceAll(/XX:XX:XX:XX:XX:XX/gi, '02:00:00:00:00:AA')}\n`;
}
