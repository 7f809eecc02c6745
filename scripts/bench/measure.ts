/** One row of the table: what was measured, and what it is measured against. */
export interface Row {
  readonly measure: string;
  readonly value: string;
  /** Who does the same by other means, and how well, in the same minute. */
  readonly rival?: string;
  /** Ours to the rival's. */
  readonly ratio?: number;
  readonly target?: string;
  /** Whether the target is met; absent where there is none. */
  readonly met?: boolean;
}

/** A group of rows that are measured together. */
export interface Measure {
  /** For `--only`. */
  readonly name: string;
  run(): Promise<readonly Row[]>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param q from 0 to 1 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en-US')} /s`;
}

export function ms(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : Math.round(milliseconds)} ms`;
}

export function mb(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}

/** A row whose value must be at most `limit`. */
export function atMost(
  measure: string,
  value: number,
  limit: number,
  show: (value: number) => string,
  rival?: string,
): Row {
  return {
    measure,
    value: show(value),
    ...(rival !== undefined && { rival }),
    target: `≤ ${show(limit)}`,
    met: value <= limit,
  };
}

/**
 * Ours against a rival's, both a second; each pair was measured in the same minute. The ratio is the median of the
 * pairs', which a machine that is busy with something else upsets least.
 */
export function against(
  measure: string,
  rivalName: string,
  pairs: readonly { readonly ours: number; readonly theirs: number }[],
  target?: { readonly least: number },
): Row {
  const ratio = median(pairs.map(({ ours, theirs }) => ours / theirs));
  return {
    measure,
    value: rate(median(pairs.map(({ ours }) => ours))),
    rival: `${rivalName} ${rate(median(pairs.map(({ theirs }) => theirs)))}`,
    ratio,
    ...(target && { target: `≥ ${target.least} ×`, met: ratio >= target.least }),
  };
}
