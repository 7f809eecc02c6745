import { z } from 'zod';
import { absentAsMissing } from './absent.ts';
import { dataSchema, type Envelope, envelopeSchema, eventTypeSchema, objectIdSchema } from './event.ts';
import jerasoftEvents from './jerasoft-events.json' with { type: 'json' };

/** An event type that a registry's users can choose. */
export interface EventType {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  /** Names the object that the event happened to; two types that share it share one order (see `objectOf`). */
  readonly object?: string;
  readonly sample: Envelope;
}

/** A user's own event type, as a registry's configuration holds it. `sample` is the envelope's `data`, or all of it. */
export const ownEventTypeSchema = z.preprocess(
  absentAsMissing,
  z.object({
    id: eventTypeSchema,
    title: z.string().default(''),
    object: eventTypeSchema.optional(),
    sample: dataSchema.optional(),
  }),
);
export type OwnEventType = z.infer<typeof ownEventTypeSchema>;

/** Custom fields belong to their client: their changes and the client's must not overtake each other. */
const objectOfBuiltIn: Readonly<Record<string, string>> = { 'clients.custom_fields.update': 'clients' };

const builtInSchema = z.array(
  z.object({
    id: eventTypeSchema,
    group: z.string(),
    title: z.string(),
    sample: envelopeSchema,
    dataStatus: z.string(),
  }),
);

/** The 18 event types of JeraSoft VCS 3.26; source: its user guide, Integration → Provisioning API. */
export const builtIn: readonly EventType[] = builtInSchema
  .parse(jerasoftEvents)
  .map(({ id, group, title, sample }) => {
    const object = objectOfBuiltIn[id];
    return { id, group, title, sample, ...(object && { object }) };
  });

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
    return this.find(eventType)?.object ?? (eventType.replace(/\.[^.]*$/, '') || eventType);
  }

  /** What orders events: `clients:12`. Object ids are compared as text. */
  objectKeyOf({ event }: Envelope): string {
    return `${this.objectOf(event.events_id)}:${event.object_id}`;
  }
}

const wholeSample = z.object({
  event: z.object({ object_id: objectIdSchema.catch(1) }),
  data: dataSchema,
});

function fromOwn({ id, title, object, sample = {} }: OwnEventType): EventType {
  const whole = wholeSample.safeParse(sample).data;
  const envelope = {
    event: { dt: '2000-01-01T00:00:00+00:00', events_id: id, object_id: whole?.event.object_id ?? 1 },
    data: whole?.data ?? sample,
  };
  return { id, group: 'Own', title: title || id, sample: envelope, ...(object && { object }) };
}
