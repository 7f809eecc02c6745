import type { Engine } from '../engine/engine.ts';
import type { Provisioning } from './provisioning.ts';

/** An event of another registry that an executor has taken as a new one of its own. */
export interface ForeignEvent {
  readonly event: string;
  /** What the two registries are called. */
  readonly theirs: string;
  readonly own: string;
}

/**
 * What an executor takes of other registries as new events of its own: a flow may mean that, and goes on. Where nobody
 * takes the event in its own registry, it is told of, once for each registry: there it stays unclaimed.
 */
export class ForeignEvents {
  readonly #provisioning: Pick<Provisioning, 'engine'>;
  readonly #tell: (event: ForeignEvent) => void;
  readonly #told = new Set<string>();

  constructor(provisioning: Pick<Provisioning, 'engine'>, tell: (event: ForeignEvent) => void) {
    this.#provisioning = provisioning;
    this.#tell = tell;
  }

  /**
   * The executor of a registry is through with a message.
   * @param told what the message said of the event that it brought, whoever has written that
   */
  note(engine: Engine, told: { readonly eventId?: unknown; readonly registry?: unknown } | undefined): void {
    const { eventId, registry } = told ?? {};
    if (typeof registry !== 'string' || registry === engine.id || this.#told.has(registry)) return;
    const theirs = this.#provisioning.engine(registry);
    if (typeof eventId !== 'string' || !theirs) return;
    const trace = theirs.traceOf(eventId);
    trace?.whenEnded(() => {
      // Where somebody has taken it there as well, it is no mistake.
      if (this.#told.has(registry) || theirs.traceOf(eventId) !== trace) return;
      this.#told.add(registry);
      this.#tell({ event: eventId, theirs: nameOf(theirs), own: nameOf(engine) });
    });
  }
}

function nameOf({ id, config }: Engine): string {
  return config.name || id;
}
