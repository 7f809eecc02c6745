/** How something changes over time, by least squares. */
export interface Trend {
  readonly perHour: number;
  /** Half of the 95 % confidence interval of `perHour`. */
  readonly margin: number;
}

/** What was measured, and when, in minutes; evenly spaced. */
export interface Point {
  readonly minute: number;
  readonly value: number;
}

/**
 * The straight line through the points. Neighbours of a saw tooth resemble each other and tell less than their number:
 * the margin counts only as many as are independent (first-order autocorrelation of the residuals).
 */
export function trendOf(points: readonly Point[]): Trend {
  const n = points.length;
  const hours = points.map(({ minute }) => minute / 60);
  const [meanHour, meanValue] = [mean(hours), mean(points.map(({ value }) => value))];
  const spread = sum(hours.map((hour) => (hour - meanHour) ** 2));
  const perHour =
    sum(points.map(({ value }, at) => ((hours[at] as number) - meanHour) * (value - meanValue))) / spread;
  const residuals = points.map(
    ({ value }, at) => value - meanValue - perHour * ((hours[at] as number) - meanHour),
  );
  const squares = sum(residuals.map((residual) => residual ** 2));
  const neighbours = sum(residuals.slice(1).map((residual, at) => residual * (residuals[at] as number)));
  const likeness = squares > 0 ? Math.max(0, neighbours / squares) : 0;
  const error = Math.sqrt((squares / (n - 2) / spread) * ((1 + likeness) / (1 - likeness)));
  return { perHour, margin: 1.96 * error };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
