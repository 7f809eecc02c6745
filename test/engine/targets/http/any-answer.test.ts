import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AddressGuard } from '../../../../src/engine/targets/http/address-guard.ts';
import { Connections } from '../../../../src/engine/targets/http/connections.ts';
import { httpTarget } from '../../../../src/engine/targets/http/http.ts';
import { type HttpHandler, handlerSchema } from '../../../../src/engine/words/handler.ts';
import { callOf } from '../../../support/call.ts';
import { acceptable, brokenOff, unacceptable } from '../../../support/flawed-answers.ts';
import { misbehavingServer, says } from '../../../support/misbehaving-server.ts';

const seeds = [...acceptable, ...brokenOff, ...unacceptable]
  .map(({ bytes }) => bytes)
  .filter((bytes) => bytes.length < 400);
const pieces = [
  '\r',
  '\n',
  '\r\n',
  ':',
  ' ',
  '\t',
  '\0',
  ';',
  ',',
  '0',
  'chunked',
  'HTTP/1.1 100 Continue\r\n\r\n',
];
const fields = [
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Upgrade: h2c\r\n',
];

/** An answer with something put in, or in the place of something. */
const answer = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(
      fc.record({ at: fc.nat(), length: fc.nat(6), text: fc.constantFrom('', ...pieces, ...fields) }),
      { maxLength: 4 },
    ),
  )
  .map(([seed, changes]) =>
    changes.reduce((bytes, { at, length, text }) => {
      const start = at % (bytes.length + 1);
      return bytes.slice(0, start) + text + bytes.slice(start + length);
    }, seed),
  );

describe('whatever comes for an answer', function () {
  this.timeout(60_000);

  it('is kept, and what is said of it is true, in however many packets it comes', async () => {
    const server = await misbehavingServer();
    const connections = new Connections(new AddressGuard());
    const handler = handlerSchema.parse({ id: 'h', handlerType: 'http', url: server.url });
    const target = httpTarget(handler as HttpHandler, { connections });
    const outcomeOf = async (packets: readonly string[]) => {
      server.become(says(packets));
      return target.call(callOf());
    };
    await fc.assert(
      fc.asyncProperty(answer, fc.integer({ min: 1, max: 40 }), async (bytes, size) => {
        const whole = await outcomeOf([bytes]);
        if (whole.ok) assert.equal(whole.code === null ? 0 : Math.floor(whole.code / 100), 2);
        else assert.match(whole.error ?? '', /^(?:127\.0\.0\.1:\d+ |HTTP \d{3})/);
        if (/[^\r\n]/.test(bytes)) {
          assert.doesNotMatch(whole.error ?? '', /before it had answered|could not be (?:called|reached)/);
        }
        const packets = bytes.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        const cut = await outcomeOf(packets);
        // Beyond what can not be understood, later packets are not waited for.
        if (whole.ok || cut.ok) {
          assert.deepEqual([cut.ok, cut.code, cut.response], [whole.ok, whole.code, whole.response]);
        }
      }),
      { numRuns: 400 },
    );
    await target.close();
    await server.close();
  });
});
