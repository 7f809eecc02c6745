import assert from 'node:assert/strict';
import type { EventDetails } from '../../../src/engine/words/admin-answers.ts';
import type { ExecutionSummary } from '../../../src/engine/words/execution.ts';
import { answers } from '../../support/misbehaving-server.ts';
import { envelope, postJson } from '../../support/provisioning-flow.ts';
import { main, type Site } from './site.ts';

/** What an executor sends on. */
interface Sent {
  readonly eventId: string;
  readonly registry: string;
  readonly eventType: string;
  readonly objectId: string;
  readonly status: string;
  readonly executions: readonly ExecutionSummary[];
  readonly envelope: object;
}

/** Section 3: a message goes on where it came from, and says what the journal says. */
export function messagesOf(site: () => Site): void {
  for (const [code, status, ofTold] of [
    [200, 'succeeded', 'succeeded'],
    [404, 'failed', 'failed'],
    [503, 'parked', 'parked'],
  ] as const)
    it(`answers whoever sent the message, once its first pass is over: ${status}`, async () => {
      site().receivers.answer('told', answers(code));
      for (const [n, { red }] of site().members.entries()) {
        const told = envelope(`${status}-${n}`, 'told.once');
        const response = await red.node('told', postJson(told));
        const { executions, envelope: taken, ...sent } = (await response.json()) as Sent;
        const { eventId } = sent;
        assert.deepEqual(sent, {
          eventId,
          registry: 'registry',
          eventType: 'told.once',
          objectId: `${status}-${n}`,
          status,
        });
        assert.deepEqual(taken, told);
        assert.deepEqual(
          executions.map((one) => [one.handler.id, one.status, one.parkedFor]),
          [
            ['told', ofTold, status === 'parked' ? 'retry' : null],
            ['told_too', 'succeeded', null],
          ],
        );
        const { executions: kept } = await site().same<EventDetails>(`${main}/events/${eventId}`);
        assert.deepEqual(
          kept.map((row, place) => ({ ...row, ...executions[place] })),
          kept,
        );
      }
      site().receivers.answer('told', answers(200));
    });
}
