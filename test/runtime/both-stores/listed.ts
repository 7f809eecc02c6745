import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { EventRow, ExecutionRow } from '../../../src/engine/words/execution.ts';
import { answers, type Exchange } from '../../support/misbehaving-server.ts';
import { main, type Site } from './site.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** What lists are asked about: all that is between two moments, the newest first. */
export interface Listed {
  readonly executions: readonly ExecutionRow[];
  readonly events: readonly EventRow[];
  /** The round of each event, by its id. */
  readonly roundOf: ReadonlyMap<string, number>;
  /** ISO 8601; `to` is exclusive. */
  readonly from: string;
  readonly to: string;
}

export const rounds = 8;
const types = ['list.many', 'list.few'];
const words = ['Grüße', 'anna@mail.example', 'acc-2026-0042', 'plain'];

/** In each of the rounds an event of each type, with one of the words and `n` of the round. */
export async function listedAt(site: Site): Promise<Listed> {
  // What is answered hangs on the event alone: both stores have the same.
  site.receivers.answer('listed', (exchange: Exchange) => {
    const { n } = JSON.parse(exchange.received.body).data;
    answers(n % 4 === 1 ? 404 : 200, n % 2 === 0 ? 'Zürich has it' : '{"said": "nothing"}')(exchange);
  });
  site.receivers.answer('listed_too', answers(503));
  const from = await nextMoment();
  const roundOf = new Map<string, number>();
  for (let n = 0; n < rounds; n += 1)
    for (const type of types) {
      const data = { n, word: words[n % words.length] };
      roundOf.set(await site.emit(type, `object-${n % 3}`, data), n);
    }
  for (const id of roundOf.keys())
    await site.agreed<EventRow>('its first pass is over', `${main}/events/${id}`, ({ status }) =>
      ['succeeded', 'failed', 'parked'].includes(status),
    );
  const to = await nextMoment();
  const list = async <T>(of: string) =>
    (await site.same<Page<T>>(`${main}/${of}?limit=500&from=${from}&to=${to}`)).items;
  const [executions, events] = [await list<ExecutionRow>('executions'), await list<EventRow>('events')];
  assert.deepEqual([executions.length, events.length], [3 * rounds, 2 * rounds]);
  return { executions, events, roundOf, from, to };
}

/** What was done until now is before it. */
async function nextMoment(): Promise<string> {
  const next = Date.now() + 1;
  while (Date.now() < next) await setImmediate();
  return new Date(next).toISOString();
}
