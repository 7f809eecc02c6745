/** One row of the table: what was measured, and what it is measured against. */
export interface Row {
  readonly measure: string;
  readonly value: string;
  /** Who does the same by other means, and how well, in the same minute. */
  readonly rival?: string;
  /** Ours to the rival's. */
  readonly ratio?: number;
  /** Between these ratios lies the middle half of the rounds. */
  readonly spread?: readonly [number, number];
  readonly target?: string;
  /** Whether the target is met; absent where there is none. */
  readonly met?: boolean;
}

/** A group of rows that are measured together. */
export interface Measure {
  /** For `--only`. */
  readonly name: string;
  /** @param plot a file for an SVG picture, of a measure that draws one */
  run(plot?: string): Promise<readonly Row[]>;
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

/** Of processor time. */
export function us(microseconds: number): string {
  return `${microseconds < 10 ? microseconds.toFixed(1) : Math.round(microseconds).toLocaleString('en-US')} µs`;
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

/** Of ours and of a rival's, measured in the same minute. */
export interface Pair {
  readonly ours: number;
  readonly theirs: number;
}

/**
 * Ours against a rival's, by default both a second. The ratio is the median of the pairs', which a machine that is busy
 * with something else upsets least.
 */
export function against(
  measure: string,
  rivalName: string,
  pairs: readonly Pair[],
  target: { readonly least: number } | { readonly most: number } | null = null,
  show: (value: number) => string = rate,
): Row {
  const ratios = pairs.map(({ ours, theirs }) => ours / theirs);
  const ratio = median(ratios);
  return {
    measure,
    value: show(median(pairs.map(({ ours }) => ours))),
    rival: `${rivalName} ${show(median(pairs.map(({ theirs }) => theirs)))}`,
    ratio,
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    ...(target && bounded(ratio, target)),
  };
}

function bounded(ratio: number, target: { readonly least: number } | { readonly most: number }) {
  return 'least' in target
    ? { target: `≥ ${target.least} ×`, met: ratio >= target.least }
    : { target: `≤ ${target.most} ×`, met: ratio <= target.most };
}
