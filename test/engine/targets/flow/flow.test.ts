import assert from 'node:assert/strict';
import { Flows, type Reply } from '../../../../src/engine/targets/flow/flow.ts';
import { type FlowHandler, handlerSchema } from '../../../../src/engine/words/handler.ts';
import type { Outcome } from '../../../../src/engine/words/outcome.ts';
import { callOf } from '../../../support/call.ts';

/** What comes of a turn that a flow ends with a reply. */
function outcomeOf(reply: Reply): Promise<Outcome> {
  const flows = new Flows();
  const handler = handlerSchema.parse({ id: 'handler', handlerType: 'flow' }) as FlowHandler;
  flows.open('handler', ({ replyTo }) => setImmediate(() => flows.reply(replyTo, reply)));
  return flows.target(handler).call(callOf());
}

const replied = (response: unknown): Promise<Outcome> => outcomeOf({ ok: true, response });
const failed = (error: unknown): Promise<Outcome> => outcomeOf({ ok: false, error });

/** Refers to itself, as the request of an http in node does. */
function cyclic(): object {
  const one: Record<string, unknown> = { name: 'request' };
  return Object.assign(one, { one });
}

describe('the reply of a flow', () => {
  it('is kept as text, or else as JSON', async () => {
    for (const [response, kept] of [
      ['Zoë', 'Zoë'],
      [{ account: [12] }, '{"account":[12]}'],
      [0, '0'],
      [false, 'false'],
      [null, null],
      [undefined, null],
    ] as const)
      assert.deepEqual([(await replied(response)).ok, (await replied(response)).response], [true, kept]);
  });

  it('is kept up to 64 KiB, cut between characters', async () => {
    for (const text of [`x${'é'.repeat(65_536)}`, `xyz${'😀'.repeat(65_536)}`]) {
      const { response } = await replied(text);
      const bytes = Buffer.byteLength(response ?? '');
      assert.ok(bytes <= 65_536 && bytes > 65_532, `${bytes} bytes`);
      assert.ok(text.startsWith(response ?? ' '));
      assert.ok(response?.isWellFormed());
    }
    const error = (await failed('é'.repeat(65_536))).error;
    assert.equal(Buffer.byteLength(error ?? ''), 65_536);
  });

  it('that can not be written as JSON is a failure that names msg.payload', async () => {
    for (const [response, why] of [
      [cyclic(), 'Converting circular structure to JSON'],
      [{ big: 1n }, 'Do not know how to serialize a BigInt'],
      [() => 'later', 'JSON has no function'],
    ] as const) {
      const { ok, outage, error, response: kept } = await replied(response);
      assert.deepEqual([ok, outage, kept], [false, false, null]);
      assert.equal(
        error,
        `msg.payload of the reply can not be written as JSON (${why}): make it text, or an object of plain values`,
      );
    }
  });

  it('of a failure is its error, whatever that is', async () => {
    assert.equal((await failed('no credit')).error, 'no credit');
    assert.equal((await failed(new Error('out of paper'))).error, 'out of paper');
    assert.equal((await failed({ code: 3 })).error, '{"code":3}');
    assert.equal((await failed(undefined)).error, 'the flow says that it failed');
    assert.equal(
      (await failed(cyclic())).error,
      'the flow says that it failed, with an error that can not be written as JSON (Converting circular structure to JSON)',
    );
  });
});
