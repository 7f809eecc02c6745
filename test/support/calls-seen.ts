import type { ReceivedRequest } from './misbehaving-server.ts';

/** A call as its receiver saw it. */
export interface SeenCall {
  readonly webhookId: string;
  readonly eventId: string;
  readonly handler: string;
  readonly attempt: number;
  readonly object: string;
  /** The event's number within its object. */
  readonly n: number;
  readonly body: string;
  /** Its place among all calls. */
  readonly place: number;
  /** Which life of the caller it came from: 0 until the first restart. */
  readonly life: number;
  /** When it came; ms since the epoch. */
  readonly at: number;
}

/**
 * What receivers were told, in the order it came.
 * @param restarts the number of requests there were at each restart of the caller
 */
export function callsSeen(received: readonly ReceivedRequest[], restarts: readonly number[]): SeenCall[] {
  return received.map(({ headers, body, at }, place) => {
    const webhookId = String(headers['webhook-id']);
    const [eventId = '', handler = ''] = webhookId.split('_');
    const { event, data } = JSON.parse(body) as { event: { object_id: string }; data: { n: number } };
    const life = restarts.filter((restart) => restart <= place).length;
    const attempt = Number(headers['provisioning-attempt']);
    return {
      webhookId,
      eventId,
      handler,
      attempt,
      object: event.object_id,
      n: data.n,
      body,
      place,
      life,
      at,
    };
  });
}

export function groupBy<T>(all: Iterable<T>, key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

/** Where a sequence of numbers goes down: the pairs of neighbours. */
export function descents<T>(sequence: readonly T[], value: (one: T) => number): [T, T][] {
  return sequence.flatMap((one, index): [T, T][] => {
    const before = sequence[index - 1];
    return before !== undefined && value(before) > value(one) ? [[before, one]] : [];
  });
}
