import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { machineNow } from '../../../src/engine/targets/local/machine-clock.ts';
import { envelopeOf } from '../envelope.ts';
import { inTurns } from '../in-turns.ts';

export interface Posts {
  readonly url: string;
  readonly count: number;
  /** 1: an event by itself; more: an array of so many. */
  readonly events: number;
  /** As soon as one is answered, the next one; or so many a second, whether they are answered or not. */
  readonly pace: { readonly inFlight: number } | { readonly perSecond: number };
}

const dispatcher = new Agent({ allowH2: false, headersTimeout: 0, bodyTimeout: 0 });
let object = 0;

/** Each event says when it was sent, on the machine's clock. */
function bodyOf(events: number): string {
  const sentAt = machineNow();
  const envelopes = Array.from({ length: events }, () => {
    const { event, data } = envelopeOf('bench.intake', object++);
    return { event, data: { ...data, sentAt } };
  });
  return JSON.stringify(events === 1 ? envelopes[0] : envelopes);
}

async function run({ url, count, events, pace }: Posts): Promise<{ waits: readonly number[] }> {
  const waits: number[] = [];
  const post = async () => {
    const began = performance.now();
    const headers = { 'content-type': 'application/json' };
    const { statusCode, body } = await request(url, {
      dispatcher,
      method: 'POST',
      headers,
      body: bodyOf(events),
    });
    await body.text();
    if (statusCode >= 300) throw new Error(`the intake answered ${statusCode}`);
    waits.push(performance.now() - began);
  };
  await ('inFlight' in pace ? inTurns(count, pace.inFlight, post) : atTimes(post, count, pace.perSecond));
  return { waits };
}

/** Who waits for an answer before he sends the next one would not see that he has been kept waiting. */
async function atTimes(post: () => Promise<void>, count: number, perSecond: number): Promise<void> {
  const began = performance.now();
  const posted: Promise<void>[] = [];
  while (posted.length < count) {
    const due = Math.min(count, 1 + Math.floor(((performance.now() - began) * perSecond) / 1000));
    while (posted.length < due) posted.push(post());
    await sleep(1);
  }
  await Promise.all(posted);
}

process.on('message', async (posts: Posts) => process.send?.(await run(posts)));
process.on('disconnect', () => process.exit());
process.send?.({});
