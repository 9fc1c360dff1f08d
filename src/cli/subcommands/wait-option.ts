/** `-w, --wait [seconds]` of our own commands. */
import { InvalidArgumentError, Option } from 'commander';

/** Seconds; a number is needed, as iptables needs one. */
function seconds(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('wait seconds not numeric');
  return Number(text);
}

export function waitOption(): Option {
  return new Option('-w, --wait [seconds]', 'how long to wait for the xtables lock').argParser(seconds);
}
