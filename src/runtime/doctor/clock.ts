import type { Sign } from '../../engine/words/diagnosis.ts';
import { signOf } from './sign.ts';

/** In ms: so far a clock may be off before it is spoken of. */
const tolerance = 60_000;
/** Earlier than this package is: a machine without a clock of its own begins in 1970, or when it was last switched off. */
const earliest = Date.UTC(2025, 0, 1);

/** Two clocks read at the same moment, in ms: the machine's, which is set, and one that runs on whatever happens. */
export interface ClockReading {
  readonly wall: number;
  readonly monotonic: number;
}

export function readClocks(): ClockReading {
  return { wall: Date.now(), monotonic: performance.now() };
}

/** What has become of the machine's clock since Node-RED started. */
export function checkClock(started: ClockReading, now: ClockReading): Sign {
  const jumped = now.wall - started.wall - (now.monotonic - started.monotonic);
  const values = { by: spanOf(Math.abs(jumped)), now: new Date(now.wall).toISOString() };
  if (now.wall < earliest) return signOf('error', 'clock', 'unset', { values });
  if (jumped <= -tolerance) return signOf('warning', 'clock', 'setBack', { values });
  // A machine that slept, or one that has learnt the time after its start, is none the worse for it.
  if (jumped >= tolerance) return signOf('notice', 'clock', 'setForward', { values });
  return signOf('ok', 'clock', 'steady', { values });
}

/** Whether a registry's newest rows are of a time that is yet to come. @param newest ISO 8601 @param now ms since the epoch */
export function checkNewestRow(newest: string | null, now: number, registry: Sign['registry']): Sign[] {
  if (newest === null || Date.parse(newest) < now + tolerance) return [];
  const values = { at: newest, by: spanOf(Date.parse(newest) - now) };
  return [signOf('warning', 'clock', 'future', { registry, values })];
}

function spanOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
