/** The calendar of -m time: dates against the language's own, boundaries of each option, and words for the state. */
import { describe, expect, it } from 'vitest';
import type { PacketMeta, PacketView } from '../../net/packet-view.js';
import { OtherProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';
import { time, type TimeData } from './time.js';

const use = (option: string, ...values: string[]): OptionUse => ({ option: option.replace('! ', ''), inverted: option.startsWith('! '), values });
const rule = (...uses: readonly OptionUse[]): TimeData => time.resolve(uses, { family: 'ipv4', protocol: undefined });
const holds = (data: TimeData, at: string, minutesWest = 0): boolean =>
  time.evaluate(data, { meta: { wallClock: Date.parse(`${at}Z`) / 1000, minutesWest } as PacketMeta } as PacketView, new Map()) === true;

describe('time', () => {
  it.each([
    [[use('timestart', '08:00'), use('timestop', '17:00')], '2026-03-02T08:00:00', true],
    [[use('timestart', '08:00'), use('timestop', '17:00')], '2026-03-02T07:59:59', false],
    [[use('timestart', '08:00'), use('timestop', '17:00')], '2026-03-02T17:00:00', true],
    [[use('timestart', '08:00'), use('timestop', '17:00')], '2026-03-02T17:00:01', false],
    [[use('timestart', '22:00'), use('timestop', '06:00')], '2026-03-02T23:30:00', true],
    [[use('timestart', '22:00'), use('timestop', '06:00')], '2026-03-02T06:00:00', true],
    [[use('timestart', '22:00'), use('timestop', '06:00')], '2026-03-02T06:00:01', false],
    // 2026-03-02 is a Monday.
    [[use('weekdays', 'Mon')], '2026-03-02T00:00:00', true],
    [[use('weekdays', 'Mon')], '2026-03-01T23:59:59', false],
    [[use('! weekdays', 'Mon')], '2026-03-02T12:00:00', false],
    [[use('weekdays', 'Sun')], '2026-03-01T12:00:00', true],
    [[use('weekdays', 'Mon'), use('timestart', '22:00'), use('timestop', '06:00')], '2026-03-03T05:00:00', false],
    [[use('weekdays', 'Mon'), use('timestart', '22:00'), use('timestop', '06:00'), use('contiguous')], '2026-03-03T05:00:00', true],
    [[use('weekdays', 'Mon'), use('timestart', '22:00'), use('timestop', '06:00'), use('contiguous')], '2026-03-02T05:00:00', false],
    [[use('monthdays', '1'), use('timestart', '23:00'), use('timestop', '01:00'), use('contiguous')], '2026-03-02T00:30:00', true],
    [[use('monthdays', '29')], '2024-02-29T10:00:00', true],
    [[use('monthdays', '31')], '2026-03-31T10:00:00', true],
    [[use('! monthdays', '31')], '2026-03-31T10:00:00', false],
    [[use('datestart', '2026-03-02'), use('datestop', '2026-03-03')], '2026-03-03T00:00:00', true],
    [[use('datestart', '2026-03-02'), use('datestop', '2026-03-03')], '2026-03-03T00:00:01', false],
    [[use('datestart', '2026-03-02')], '2026-03-01T23:59:59', false],
    [[], '2038-01-19T03:14:07', true],
    [[], '2038-01-19T03:14:08', false],
  ] as const)('%j at %s: %s', (uses, at, expected) => expect(holds(rule(...uses), at)).toBe(expected));

  it('goes by the kernel\'s zone where it is asked to', () => {
    expect(holds(rule(use('weekdays', 'Mon'), use('kerneltz')), '2026-03-01T23:30:00', -60)).toBe(true);
    expect(holds(rule(use('weekdays', 'Mon')), '2026-03-01T23:30:00', -60)).toBe(false);
  });

  it('has no date before 1970', () => {
    expect(() => rule(use('datestart', '1970-01-00'))).toThrow(new OtherProblem('mktime returned an error'));
  });

  it('has words for the state that give the same again, where iptables-save has not', () => {
    const odd = [rule(use('weekdays', '')), rule(use('weekdays', '32')), rule(use('monthdays', '0')), rule(use('monthdays', '')), rule(use('datestop', '1970')), rule(use('monthdays', '0,5'))];
    for (const data of odd) {
      const words = time.stored!(data).trim().split(' ').map((word) => (word === '""' ? '' : word));
      const uses = words.flatMap((word, index) => (word.startsWith('--') ? [use(word.slice(2), ...(words[index + 1]?.startsWith('--') === false ? [words[index + 1]!] : []))] : []));
      expect(rule(...uses)).toEqual(data);
    }
  });
});
