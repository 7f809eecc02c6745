import { languageTag } from './language.ts';

const steps = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Times, durations and numbers as people of one language write them. */
export class Formats {
  readonly #relative: Intl.RelativeTimeFormat;
  readonly #absolute: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #dayAndTime: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #number: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #units: ReadonlyMap<string, Intl.NumberFormat>;

  /** @param wanted as the editor or the browser tells it; `en-US` stands in for what is no language */
  constructor(wanted: string, timeZone?: string) {
    const language = languageTag(wanted);
    const unit = (name: string, maximumFractionDigits: number) =>
      new Intl.NumberFormat(language, {
        style: 'unit',
        unit: name,
        unitDisplay: 'short',
        maximumFractionDigits,
      });
    this.#relative = new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' });
    const zone = { ...(timeZone !== undefined && { timeZone }) };
    this.#absolute = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', ...zone });
    const day = { month: 'short', day: 'numeric' } as const;
    const minute = { hour: '2-digit', minute: '2-digit' } as const;
    this.#time = new Intl.DateTimeFormat(language, { timeStyle: 'medium', ...zone });
    this.#dayAndTime = new Intl.DateTimeFormat(language, { ...day, ...minute, ...zone });
    this.#date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', ...zone });
    this.#clock = new Intl.DateTimeFormat(language, { ...minute, ...zone });
    this.#number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    this.#percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
    this.#units = new Map([
      ['ms', unit('millisecond', 0)],
      ['s', unit('second', 1)],
      ['min', unit('minute', 0)],
      ['h', unit('hour', 1)],
      ['d', unit('day', 1)],
    ]);
  }

  /** `2 min. ago`, `in 5 min.`, `now`. @param at ISO 8601 @param now ms since 1970 */
  relative(at: string, now: number): string {
    const seconds = Math.round((Date.parse(at) - now) / 1000);
    if (Math.abs(seconds) < 5) return this.#relative.format(0, 'second');
    const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? steps[3];
    return this.#relative.format(Math.trunc(seconds / size), unit);
  }

  /** Date and time in the reader's zone. @param at ISO 8601 */
  absolute(at: string): string {
    return this.#absolute.format(new Date(at));
  }

  /**
   * When something was, in the reader's zone, as short as is clear: the time of today, day and time of other days,
   * the date alone of another year. @param at ISO 8601 @param now ms since 1970
   */
  brief(at: string, now: number): string {
    const time = new Date(at);
    if (this.#date.format(time) === this.#date.format(now)) return this.#time.format(time);
    const sameYear = time.getFullYear() === new Date(now).getFullYear();
    return (sameYear ? this.#dayAndTime : this.#date).format(time);
  }

  /** Hours and minutes of a day in the reader's zone. @param at ms since 1970 */
  clock(at: number): string {
    return this.#clock.format(at);
  }

  /** `23 ms`, `1.2 sec`, `5 min`. @param ms null: nothing is known, `–` */
  duration(ms: number | null): string {
    if (ms === null) return '–';
    const [unit, size] =
      ms < 1000
        ? (['ms', 1] as const)
        : ms < 60_000
          ? (['s', 1000] as const)
          : ms < 3_600_000
            ? (['min', 60_000] as const)
            : ms < 86_400_000
              ? (['h', 3_600_000] as const)
              : (['d', 86_400_000] as const);
    return this.#units.get(unit)?.format(ms / size) ?? '';
  }

  count(value: number): string {
    return this.#number.format(value);
  }

  /** @param rate 0 to 1 */
  percent(rate: number): string {
    // 0.9996 must not read as if nothing had failed.
    return this.#percent.format(rate < 1 ? Math.min(rate, 0.999) : 1);
  }
}
