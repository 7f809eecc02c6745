import { asData, isRecord } from './absent.ts';
import type { Envelope } from './event.ts';
import { groupOf } from './event-type.ts';
import jerasoftEvents from './jerasoft-events.json' with { type: 'json' };
import { isObjectId } from './object-id.ts';

/** An event type that a registry's users can choose. */
export interface EventType {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  /**
   * Names the object that the event happened to; two types that share it share one order (see `objectOf`). Custom
   * fields belong to their client: their changes and the client's must not overtake each other.
   */
  readonly object?: string;
  readonly sample: Envelope;
}

/** A user's own event type, as a registry's configuration holds it. `sample` is the envelope's `data`, or all of it. */
export interface OwnEventType {
  readonly id: string;
  readonly title: string;
  readonly object?: string | undefined;
  readonly sample?: Readonly<Record<string, unknown>> | undefined;
}

/** The 18 event types of JeraSoft VCS 3.26; source: its user guide, Integration → Provisioning API. */
export const builtIn: readonly EventType[] = jerasoftEvents.map(({ id, group, title, object, sample }) => ({
  id,
  group,
  title,
  sample,
  ...(object && { object }),
}));

/** The group of a user's own event types. */
export const ownGroup = 'Own';

/** The event types of one registry: the built-in ones and its own, which win. */
export class Catalogue {
  readonly types: readonly EventType[];
  readonly #byId: ReadonlyMap<string, EventType>;

  constructor(own: readonly OwnEventType[] = []) {
    const byId = new Map(builtIn.map((type) => [type.id, type]));
    for (const type of own) byId.set(type.id, fromOwn(type));
    this.#byId = byId;
    this.types = [...byId.values()];
  }

  find(id: string): EventType | undefined {
    return this.#byId.get(id);
  }

  /**
   * The object that an event of this type happens to: the one the catalogue names, else the type without
   * its last segment, else the whole type.
   */
  objectOf(eventType: string): string {
    return this.find(eventType)?.object ?? (groupOf(eventType) || eventType);
  }

  /** What orders events: `clients:12`. Object ids are compared as text. */
  objectKeyOf({ event }: Envelope): string {
    return `${this.objectOf(event.events_id)}:${event.object_id}`;
  }
}

function fromOwn({ id, title, object, sample = {} }: OwnEventType): EventType {
  const { event, data } = sample;
  const told = asData(data);
  const isWhole = isRecord(event) && isRecord(told);
  const object_id = isWhole && isObjectId(event['object_id']) ? event['object_id'] : 1;
  const envelope = {
    event: { dt: '2000-01-01T00:00:00+00:00', events_id: id, object_id },
    data: isWhole ? told : sample,
  };
  return { id, group: ownGroup, title: title || id, sample: envelope, ...(object && { object }) };
}
