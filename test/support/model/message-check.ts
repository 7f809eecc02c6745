import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { FirstPass } from '../../../src/engine/delivery/execution-row.ts';
import type { ExecutionSummary, ParkedFor } from '../../../src/engine/words/execution.ts';
import type { StoreBench } from '../store-bench.ts';

interface Stored {
  readonly seq: number;
  readonly position: number;
  readonly handler: string;
  readonly status: number;
  readonly blocked: number;
  readonly attempts: number;
  readonly code: number | null;
  readonly response: string | null;
  readonly error: string | null;
  readonly durationMs: number | null;
  readonly passedBy: number;
}

const statuses = ['pending', 'running', 'parked', 'succeeded', 'failed', 'skipped', 'cancelled'];

/**
 * What an executor's message says of each execution is what the journal says at that moment. Of two ends in one commit
 * one is told first: what has changed with the same commit may be in the message as it was before.
 * @param shut why a handler may not be called, if it may not
 */
export function checkMessage(
  bench: StoreBench,
  pass: FirstPass,
  shut: (handler: string) => ParkedFor | null,
): void {
  const [, tag, event] = pass.eventId.split('-');
  const rows = bench.select<Stored>(
    `select seq, position, handler_id as handler, status, blocked, attempts, code, response, error,
     duration_ms as "durationMs", passed_by as "passedBy" from executions where event_seq = ${event} order by seq`,
  );
  // Of a place that was replayed, the last one counts.
  const chain = [...new Map(rows.map((row) => [row.position, row])).values()]
    .sort((a, b) => a.position - b.position)
    .map(({ seq, handler, status: code, blocked, ...row }) => {
      const { position: _, passedBy, ...rest } = row;
      const status = statuses[code];
      const parkedFor = status === 'parked' ? (shut(handler) ?? (blocked ? 'order' : 'retry')) : null;
      return { ...rest, id: `ex-${tag}-${seq}`, handler, status, parkedFor, passedBy: passedBy === 1 };
    });
  const begun = chain.filter(({ status }) => status !== 'pending');
  const before = bench.rows.slice(0, bench.toldBefore);
  const said = pass.executions.map(plain);
  // The one that it waited for may have ended with the same commit that it was parked with.
  const told = said
    .map(({ id, parkedFor }) =>
      (parkedFor === 'order' ? bench.rows : before).findLast((row) => row.id === id),
    )
    .map((row) => row && plain(row));
  const expected = begun.map((stored, place) =>
    (isDeepStrictEqual(said[place], told[place]) && said[place]?.id === stored.id) ||
    isDeepStrictEqual(said[place], behindEndedNow(bench, pass, stored)) ||
    isStartedNow(bench, said[place], stored)
      ? said[place]
      : stored,
  );
  assert.deepEqual(said, expected, `the message of ${pass.eventId} is what the journal says`);
  const all = [...said, ...chain.filter(({ status }) => status === 'pending')];
  const lost = all.some(
    ({ status, passedBy }) => !passedBy && ['failed', 'skipped', 'cancelled'].includes(String(status)),
  );
  const done = all.every(({ status, passedBy }) => passedBy || status === 'succeeded');
  assert.equal(
    pass.status,
    lost ? 'failed' : done ? 'succeeded' : 'parked',
    `the outcome of ${pass.eventId}`,
  );
}

/** It was due, and was started by the commit that is told of in this turn. */
function isStartedNow(
  bench: StoreBench,
  said: ReturnType<typeof plain> | undefined,
  stored: { readonly id: string; readonly status: unknown },
): boolean {
  if (said?.parkedFor !== 'retry' || stored.status !== 'running' || said.id !== stored.id) return false;
  return bench.rows.slice(bench.toldBefore).some(({ id, status }) => id === said.id && status === 'running');
}

/**
 * The same, still behind an earlier one of its handler and object, where one of these has ended with this commit: nobody
 * was told of it before.
 */
function behindEndedNow<
  Row extends { readonly id: string; readonly handler: string; readonly parkedFor: unknown },
>(bench: StoreBench, { objectId }: FirstPass, stored: Row): Row | undefined {
  if (stored.parkedFor !== 'retry') return undefined;
  const [, tag, seq] = stored.id.split('-');
  const settled = bench.select<{ seq: number }>(
    `select seq from executions where status > 2 and seq < ${seq} and handler_id = '${stored.handler}'
     and object_id = '${objectId}'`,
  );
  const before = bench.rows.slice(0, bench.toldBefore);
  const endedNow = settled.some(({ seq }) => {
    const told = before.findLast(({ id }) => id === `ex-${tag}-${seq}`)?.status;
    return told === undefined || told === 'running' || told === 'parked';
  });
  return endedNow ? { ...stored, parkedFor: 'order' } : undefined;
}

function plain({
  id,
  handler,
  status,
  parkedFor,
  attempts,
  code,
  response,
  error,
  durationMs,
  passedBy = false,
}: Omit<ExecutionSummary, 'passedBy'> & { readonly passedBy?: boolean }) {
  return {
    id,
    handler: handler.id,
    status,
    parkedFor,
    attempts,
    code,
    response,
    error,
    durationMs,
    passedBy,
  };
}
