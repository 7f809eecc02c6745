import { languageTag } from './language.ts';

/** Units of a time that was or will be; seconds. */
const distances = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Units of a duration, ms, and the decimals that each is written with. */
const lengths = [
  ['day', 86_400_000, 1],
  ['hour', 3_600_000, 1],
  ['minute', 60_000, 0],
  ['second', 1000, 1],
  ['millisecond', 1, 0],
] as const;

function intlFormats(language: string, timeZone: string | undefined) {
  const dates = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { ...options, ...(timeZone !== undefined && { timeZone }) });
  const numbers = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options);
  const minute = { hour: '2-digit', minute: '2-digit' } as const;
  return {
    relative: new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' }),
    narrow: new Intl.RelativeTimeFormat(language, { style: 'narrow', numeric: 'auto' }),
    absolute: dates({ dateStyle: 'medium', timeStyle: 'medium' }),
    time: dates({ timeStyle: 'medium' }),
    dayAndTime: dates({ month: 'short', day: 'numeric', ...minute }),
    date: dates({ dateStyle: 'medium' }),
    clock: dates(minute),
    day: dates({ month: 'short', day: 'numeric' }),
    number: numbers({ maximumFractionDigits: 1 }),
    percent: numbers({ style: 'percent', maximumFractionDigits: 1 }),
    lengths: lengths.map(([unit, size, maximumFractionDigits], at) => {
      const [, smaller = 0, decimals = 0] = lengths[at + 1] ?? [];
      return {
        size,
        // What the smaller unit would round up to a whole one of this.
        from: size - smaller / 10 ** decimals / 2,
        format: numbers({ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }),
      };
    }),
  };
}

/** Times, durations and numbers as people of one language write them. */
export class Formats {
  readonly #intl: ReturnType<typeof intlFormats>;

  /** @param wanted as the editor or the browser tells it; `en-US` stands in for what is no language */
  constructor(wanted: string, timeZone?: string) {
    this.#intl = intlFormats(languageTag(wanted), timeZone);
  }

  /** `2 min. ago`, `in 5 min.`, `now`; where it is narrow, shorter still. @param at ISO 8601 @param now ms since 1970 */
  relative(at: string, now: number, style: 'relative' | 'narrow' = 'relative'): string {
    const format = this.#intl[style];
    const seconds = Math.round((Date.parse(at) - now) / 1000);
    if (Math.abs(seconds) < 5) return format.format(0, 'second');
    const [unit, size] = distances.find(([, size]) => Math.abs(seconds) >= size) ?? distances[3];
    return format.format(Math.trunc(seconds / size), unit);
  }

  /** Date and time in the reader's zone. @param at ISO 8601 */
  absolute(at: string): string {
    return this.#intl.absolute.format(new Date(at));
  }

  /**
   * When something was, in the reader's zone, as short as is clear: the time of today, day and time of other days,
   * the date alone of another year. @param at ISO 8601 @param now ms since 1970
   */
  brief(at: string, now: number): string {
    const time = new Date(at);
    if (this.#intl.date.format(time) === this.#intl.date.format(now)) return this.#intl.time.format(time);
    const sameYear = time.getFullYear() === new Date(now).getFullYear();
    return (sameYear ? this.#intl.dayAndTime : this.#intl.date).format(time);
  }

  /** Hours and minutes of a day in the reader's zone. @param at ms since 1970 */
  clock(at: number): string {
    return this.#intl.clock.format(at);
  }

  /** What stands at a mark of an axis: the day where one begins, else the time. @param pace seconds between two marks */
  mark(at: number, pace: number): string {
    const time = new Date(at);
    const isMidnight = time.getHours() === 0 && time.getMinutes() === 0 && time.getSeconds() === 0;
    if (isMidnight && pace >= 3600) return this.#intl.day.format(time);
    return (pace < 60 ? this.#intl.time : this.#intl.clock).format(time);
  }

  /** `23 ms`, `1.2 sec`, `5 min`. @param ms null: nothing is known, `–` */
  duration(ms: number | null): string {
    if (ms === null) return '–';
    const length = this.#intl.lengths.find(({ from }) => ms >= from) ?? this.#intl.lengths.at(-1);
    return length?.format.format(ms / length.size) ?? '';
  }

  count(value: number): string {
    return this.#intl.number.format(value);
  }

  /** @param rate 0 to 1 */
  percent(rate: number): string {
    // 0.9996 must not read as if nothing had failed.
    return this.#intl.percent.format(rate < 1 ? Math.min(rate, 0.999) : 1);
  }
}
