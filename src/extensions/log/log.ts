/**
 * `-j LOG`: a line in the kernel log, then on with the next rule (kernel: xt_LOG.c, nf_log_syslog.c).
 *
 * Lowered to effect stub `log` with config [level, flags, prefix words 0-3]: the prefix as 32 bytes, NUL padded, four 64-bit
 * little-endian words, so that storing the words in order in memory gives the text.
 */
import { ParameterProblem } from '../../errors/errors.js';
import { bytesOfText } from '../../net/byte-text.js';
import type { TargetExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';
import { cutToBytes, quote } from '../guided/quote.js';

const DEFAULT_LEVEL = 4;
/** struct xt_log_info holds 30 bytes with the final NUL. */
const LONGEST_PREFIX = 29;
const PREFIX_WORDS = 4;

/** As `-L` names the levels. */
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const;
/** As `--log-level` reads them; `err` and `warn` it does not know. */
const LEVEL_NAMES: Readonly<Record<string, number>> = {
  emerg: 0,
  panic: 0,
  alert: 1,
  crit: 2,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

/** XT_LOG_*, in printing order. */
const FLAGS = [
  { option: 'log-tcp-sequence', listed: 'tcp-sequence', bit: 0x01 },
  { option: 'log-tcp-options', listed: 'tcp-options', bit: 0x02 },
  { option: 'log-ip-options', listed: 'ip-options', bit: 0x04 },
  { option: 'log-uid', listed: 'uid', bit: 0x08 },
  { option: 'log-macdecode', listed: 'macdecode', bit: 0x20 },
] as const;

const OPTIONS: readonly GuidedOption[] = [
  { name: 'log-level', arity: 1, invertible: false },
  { name: 'log-prefix', arity: 1, invertible: false },
  ...FLAGS.map(({ option }) => ({ name: option, arity: 0 as const, invertible: false })),
];

export interface LogData {
  /** syslog level 0-7. */
  readonly level: number;
  /** XT_LOG_* bits. */
  readonly flags: number;
  /** At most 29 bytes of UTF-8. */
  readonly prefix: string;
}

function parseLevel(use: OptionUse): number {
  const text = use.values[0] ?? '';
  const level = wholeNumber(text, 0, 7) ?? (Object.hasOwn(LEVEL_NAMES, text) ? LEVEL_NAMES[text] : undefined);
  if (level === undefined) throw new ParameterProblem(`log level "${text}" unknown\n`, use.span);
  return level;
}

function parsePrefix(use: OptionUse): string {
  const text = use.values[0] ?? '';
  if (text === '') throw new ParameterProblem('Argument must have a minimum length of 1 characters\n', use.span);
  if (text.includes('\n')) throw new ParameterProblem('Newlines not allowed in --log-prefix', use.span);
  return cutToBytes(text, LONGEST_PREFIX);
}

function prefixWords(prefix: string): readonly bigint[] {
  const bytes = new DataView(new ArrayBuffer(PREFIX_WORDS * 8));
  bytesOfText(prefix).forEach((byte, at) => bytes.setUint8(at, byte));
  return Array.from({ length: PREFIX_WORDS }, (_unused, word) => bytes.getBigUint64(word * 8, true));
}

export const log: TargetExtension<LogData> = {
  kind: 'target',
  name: 'LOG',
  families: ['ipv4', 'ipv6'],
  options: OPTIONS,
  resolve: (uses) => {
    let level = DEFAULT_LEVEL;
    let prefix = '';
    let flags = 0;
    readOptions('LOG', OPTIONS, uses, {
      'log-level': (use) => (level = parseLevel(use)),
      'log-prefix': (use) => (prefix = parsePrefix(use)),
      ...Object.fromEntries(FLAGS.map(({ option, bit }) => [option, () => void (flags |= bit)])),
    });
    return { level, flags, prefix };
  },
  save: ({ level, flags, prefix }) =>
    (prefix === '' ? '' : ` --log-prefix ${quote(prefix)}`) +
    (level === DEFAULT_LEVEL ? '' : ` --log-level ${level}`) +
    FLAGS.map(({ option, bit }) => (flags & bit ? ` --${option}` : '')).join(''),
  list: ({ level, flags, prefix }, numeric) =>
    (numeric
      ? ` LOG flags ${flags} level ${level}`
      : ` LOG level ${LEVELS[level]}${FLAGS.map(({ listed, bit }) => (flags & bit ? ` ${listed}` : '')).join('')}`) +
    (prefix === '' ? '' : ` prefix "${prefix}"`),
  lower: ({ level, flags, prefix }) => ({
    kind: 'effect',
    stub: 'log',
    config: [BigInt(level), BigInt(flags), ...prefixWords(prefix)],
  }),
  evaluate: () => 'continue',
  help: () => `LOG target options:
 --log-level level		Level of logging (numeric or see syslog.conf)
 --log-prefix prefix		Prefix log messages with this prefix.
 --log-tcp-sequence		Log TCP sequence numbers.
 --log-tcp-options		Log TCP options.
 --log-ip-options		Log IP options.
 --log-uid			Log UID owning the local socket.
 --log-macdecode		Decode MAC addresses and protocol.
`,
};
