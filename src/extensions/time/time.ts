/** `-m time`: the wall clock (kernel: xt_time.c). */
import { ParameterProblem } from '../../errors/errors.js';
import type { PacketMeta } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse, ResolveContext } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { parseDate, parseDaytime, printDate, printDaytime } from './calendar.js';
import { EVERY_MONTHDAY, EVERY_WEEKDAY, parseMonthdays, parseWeekdays, printMonthdays, printWeekdays, storedMonthdays, storedWeekdays } from './days.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'datestart', arity: 1, invertible: false },
  { name: 'datestop', arity: 1, invertible: false },
  { name: 'timestart', arity: 1, invertible: false },
  { name: 'timestop', arity: 1, invertible: false },
  { name: 'contiguous', arity: 0, invertible: false },
  { name: 'monthdays', arity: 1, invertible: true },
  { name: 'weekdays', arity: 1, invertible: true },
  { name: 'localtz', arity: 0, invertible: false, excludes: ['utc'] },
  { name: 'utc', arity: 0, invertible: false, excludes: ['localtz', 'kerneltz'] },
  { name: 'kerneltz', arity: 0, invertible: false, excludes: ['utc'] },
];

const LAST_SECOND = 86_399;
/** Without --datestop it ends with 31 bits of seconds. */
const NO_DATESTOP = 0x7fff_ffff;
const DAY = 86_400;

/** As struct xt_time_info: dates in seconds since 1970, times of day in seconds, days as bit sets. */
export interface TimeData {
  readonly dateStart: number;
  readonly dateStop: number;
  readonly dayStart: number;
  readonly dayStop: number;
  readonly monthdays: number;
  readonly weekdays: number;
  readonly kernelZone: boolean;
  readonly contiguous: boolean;
}

const ALWAYS: TimeData = {
  dateStart: 0, dateStop: NO_DATESTOP, dayStart: 0, dayStop: LAST_SECOND, monthdays: EVERY_MONTHDAY, weekdays: EVERY_WEEKDAY, kernelZone: false, contiguous: false,
};

const LOCALTZ_WARNING =
  'WARNING: --localtz is being replaced by --kerneltz, since "local" is ambiguous. Note the kernel timezone has caveats - see manpage for details.';

function resolve(uses: readonly OptionUse[], { warn }: ResolveContext): TimeData {
  const data: { -readonly [part in keyof TimeData]: TimeData[part] } = { ...ALWAYS };
  readOptions('time', OPTIONS, uses, {
    datestart: (use) => (data.dateStart = parseDate(use)),
    datestop: (use) => (data.dateStop = parseDate(use)),
    timestart: (use) => (data.dayStart = parseDaytime(use)),
    timestop: (use) => (data.dayStop = parseDaytime(use)),
    contiguous: () => (data.contiguous = true),
    monthdays: (use) => (data.monthdays = parseMonthdays(use)),
    weekdays: (use) => (data.weekdays = parseWeekdays(use)),
    localtz: () => {
      warn?.(LOCALTZ_WARNING);
      data.kernelZone = true;
    },
    utc: () => undefined,
    kerneltz: () => (data.kernelZone = true),
  });
  if (data.contiguous && data.dayStart < data.dayStop) throw new ParameterProblem('time: --contiguous only makes sense when stoptime is smaller than starttime');
  return data;
}

const limitsDay = ({ dayStart, dayStop }: TimeData): boolean => dayStart !== 0 || dayStop !== LAST_SECOND;

function list(data: TimeData): string {
  const date = (label: string, seconds: number): string => ` ${label}${seconds === 0 ? '' : ` ${printDate(seconds, ' ')}`}`;
  return [
    ' TIME',
    limitsDay(data) ? ` from ${printDaytime(data.dayStart)} to ${printDaytime(data.dayStop)}` : '',
    data.weekdays === EVERY_WEEKDAY ? '' : ` on ${printWeekdays(data.weekdays)}`,
    data.monthdays === EVERY_MONTHDAY ? '' : ` on ${printMonthdays(data.monthdays, true)}`,
    data.dateStart === 0 ? '' : date('starting from', data.dateStart),
    data.dateStop === NO_DATESTOP ? '' : date('until date', data.dateStop),
    data.kernelZone ? '' : ' UTC',
    data.contiguous ? ' contiguous' : '',
  ].join('');
}

/** The words for `data`; the lists of days as given. What iptables prints has no --datestop for 1970. */
function words(data: TimeData, monthdays: string, weekdays: string, all: boolean): string {
  const date = (option: string, seconds: number, shown: boolean): string => (shown ? ` --${option} ${printDate(seconds, 'T')}` : '');
  return [
    limitsDay(data) ? ` --timestart ${printDaytime(data.dayStart)} --timestop ${printDaytime(data.dayStop)}` : '',
    data.monthdays === EVERY_MONTHDAY ? '' : ` --monthdays ${monthdays}`,
    data.weekdays === EVERY_WEEKDAY ? '' : ` --weekdays ${weekdays}`,
    date('datestart', data.dateStart, data.dateStart !== 0),
    date('datestop', data.dateStop, all || data.dateStop !== 0),
    data.kernelZone ? ' --kerneltz' : '',
    data.contiguous ? ' --contiguous' : '',
  ].join('');
}

/** Seconds since 1970. */
const presentTime = (): number => Math.floor(Date.now() / 1000);

function evaluate(data: TimeData, { wallClock = presentTime(), minutesWest = 0 }: PacketMeta): boolean {
  const now = wallClock - (data.kernelZone ? minutesWest * 60 : 0);
  if (now < data.dateStart || now > data.dateStop) return false;
  const daytime = now % DAY;
  const overnight = data.dayStart >= data.dayStop;
  const within = overnight ? daytime >= data.dayStart || daytime <= data.dayStop : daytime >= data.dayStart && daytime <= data.dayStop;
  if (!within) return false;
  const began = new Date((data.contiguous && overnight && daytime <= data.dayStop ? now - DAY : now) * 1000);
  const weekday = began.getUTCDay() || 7;
  return ((data.weekdays >> weekday) & 1) === 1 && ((data.monthdays >>> began.getUTCDate()) & 1) === 1;
}

const pair = (low: number, high: number): bigint => BigInt(low) | (BigInt(high) << 32n);

export const time: MatchExtension<TimeData> = {
  kind: 'match',
  name: 'time',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save: (data) => words(data, printMonthdays(data.monthdays, false), printWeekdays(data.weekdays), false),
  stored: (data) => words(data, storedMonthdays(data.monthdays), storedWeekdays(data.weekdays), true),
  list,
  lower: (data) => [
    {
      kind: 'call',
      stub: 'time_match',
      invert: false,
      config: [
        pair(data.dateStart, data.dateStop),
        pair(data.dayStart, data.dayStop),
        pair(data.monthdays, data.weekdays | (((data.kernelZone ? 1 : 0) | (data.contiguous ? 2 : 0)) << 8)),
      ],
    },
  ],
  evaluate: (data, { meta }) => evaluate(data, meta),
  help: () => `time match options:
    --datestart time     Start and stop time, to be given in ISO 8601
    --datestop time      (YYYY[-MM[-DD[Thh[:mm[:ss]]]]])
    --timestart time     Start and stop daytime (hh:mm[:ss])
    --timestop time      (between 00:00:00 and 23:59:59)
[!] --monthdays value    List of days on which to match, separated by comma
                         (Possible days: 1 to 31; defaults to all)
[!] --weekdays value     List of weekdays on which to match, sep. by comma
                         (Possible days: Mon,Tue,Wed,Thu,Fri,Sat,Sun or 1 to 7
                         Defaults to all weekdays.)
    --kerneltz           Work with the kernel timezone instead of UTC
`,
};
