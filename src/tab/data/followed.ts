import type { EventDetails, ExecutionDetails } from '../../engine/words/admin-answers.ts';
import { path } from './api.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import type { LogSummary } from './shapes.ts';

/** Ms between two readings while the feed tells of changes, and when nothing is heard of what may change unheard. */
const betweenReadings = 400;
const silence = 2000;

interface Subject<Details> {
  readonly route: string;
  /** Whether an execution that the feed tells of concerns it. */
  readonly concernedBy: (row: LogSummary, details: Details | undefined) => boolean;
  /** Whether it may change without an execution that the feed tells of. */
  readonly changesUnheard: (details: Details) => boolean;
}

/** The details of one event or execution, read again whenever the live feed tells of it. */
export class Followed<Details> extends LiveSource<Details, Model> {
  readonly #subject: Subject<Details>;

  constructor(model: Model, subject: Subject<Details>) {
    super(model, betweenReadings);
    this.#subject = subject;
  }

  protected override fetch(): Promise<Details> {
    return this.model.api.get(this.#subject.route);
  }

  protected override pause(): number | undefined {
    const { answer, problem } = this;
    if (problem !== undefined || answer === undefined) return silence;
    return this.#subject.changesUnheard(answer) ? silence : undefined;
  }

  protected override follow() {
    return [
      this.model.feed.follow({
        rows: (rows) => rows.some((row) => this.#subject.concernedBy(row, this.answer)) && this.ask(),
        gap: this.ask,
      }),
    ];
  }
}

export function followedExecution(model: Model, registry: string, id: string): Followed<ExecutionDetails> {
  return new Followed(model, {
    route: path('registries', registry, 'executions', id),
    concernedBy: (row, details) =>
      row.id === id || (row.replayOf !== null && row.eventId === details?.eventId),
    // The feed does not tell what waits in its place for its turn.
    changesUnheard: ({ replayedAs }) => replayedAs?.status === 'pending',
  });
}

/** Until it is settled, an event may change without its executions, as when nobody takes it. */
export function followedEvent(model: Model, registry: string, id: string): Followed<EventDetails> {
  return new Followed(model, {
    route: path('registries', registry, 'events', id),
    concernedBy: ({ eventId }) => eventId === id,
    changesUnheard: ({ status }: EventDetails) => ['waiting', 'running', 'parked'].includes(status),
  });
}
