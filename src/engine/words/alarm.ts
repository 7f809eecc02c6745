import type { Bounds } from './bounds.ts';
import type { HandlerSnapshot } from './handler.ts';

/** What a watch node tells of: too many failures, an open circuit, events that wait too long, an object that does. */
export const alarmKinds = ['failures', 'circuit', 'backlog', 'object'] as const;
export type AlarmKind = (typeof alarmKinds)[number];

/** What an absent property of a watch node means; 0 turns an alarm off. */
export const watchDefaults = {
  failures: 10,
  failureMinutes: 5,
  circuits: true,
  backlogMinutes: 15,
  objectMinutes: 60,
} as const;

const minutes = { min: 0, max: 525_600 };
export const watchBounds = {
  failures: { min: 0, max: 10_000, whole: true },
  failureMinutes: { min: 0.01, max: 10_080 },
  backlogMinutes: minutes,
  objectMinutes: minutes,
} as const satisfies Record<string, Bounds>;

/** An alarm that holds, or has ended; times are ISO 8601 in UTC. */
export interface Alarm {
  readonly alarm: AlarmKind;
  readonly state: 'begun' | 'ended';
  /** When the first of the failures came, the circuit opened, or the oldest of what waits began to wait. */
  readonly since: string;
  /** When it ended; null while it holds. */
  readonly until: string | null;
  /** Failures so far; circuits that are open; events or executions that wait so long, as far as they are counted. */
  readonly count: number;
  /** Whose circuit it is, or who the oldest execution that waits is for; else null. */
  readonly handler: HandlerSnapshot | null;
  /** Of the oldest execution that waits. */
  readonly eventType: string | null;
  readonly objectId: string | null;
  /** Of the last failure, or why the circuit opened. */
  readonly error: string | null;
}
