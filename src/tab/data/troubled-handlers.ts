import type { HandlerRow } from './handler-rows.ts';

/** Below this share of successes somebody should look. */
const goodRate = 0.95;
const most = 20;

/** The handlers that somebody should look at, the worst first. */
export function troubled(rows: readonly HandlerRow[]): readonly HandlerRow[] {
  return rows
    .map((row) => [row, troubleOf(row)] as const)
    .filter(([, trouble]) => trouble > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([row]) => row);
}

function troubleOf({ standing, deployed }: HandlerRow): number {
  if (standing === 'refused') return 5;
  if (!deployed) return 0;
  const { circuit, successRate, parked, override } = deployed;
  if (circuit.state !== 'closed') return 4;
  if (successRate !== null && successRate < goodRate) return 3 - successRate;
  if (parked) return 1;
  return override ? 0.5 : 0;
}
