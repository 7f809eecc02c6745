import type { Call } from '../../src/engine/targets/target.ts';

/** An attempt to be made, for tests that call a target. */
export function callOf(changes: Partial<Call> = {}): Call {
  return {
    eventId: 'ev-test-1',
    eventType: 'clients.create',
    objectId: '12',
    body: JSON.stringify({
      event: { dt: '2026-01-31T12:00:00+00:00', events_id: 'clients.create', object_id: 12 },
      data: { name: 'Zoë' },
    }),
    hops: 0,
    attempt: 1,
    webhookId: 'ev-test-1_handler',
    ...changes,
  };
}
