import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { mock } from 'node:test';
import { withBody } from '../../src/runtime/http/body.ts';
import { BytesInFlight } from '../../src/runtime/http/bytes-in-flight.ts';

/** A request whose body is written by hand. */
function request(headers: Readonly<Record<string, string>> = {}): PassThrough & IncomingMessage {
  const headersOf = { 'content-type': 'application/json', ...headers };
  return Object.assign(new PassThrough(), { headers: headersOf }) as unknown as PassThrough & IncomingMessage;
}

const readBody = (req: IncomingMessage, inFlight = new BytesInFlight(2 ** 21)): Promise<Buffer> =>
  withBody(req, inFlight, async (bytes) => bytes);

const events = ['data', 'end', 'error', 'close'];
const listeners = (req: PassThrough): number[] => events.map((event) => req.listenerCount(event));

describe('body of a request', () => {
  afterEach(() => mock.timers.reset());

  it('is read as it was sent, in whatever pieces', async () => {
    const req = request();
    const read = readBody(req);
    const bytes = Buffer.from('{"name":"Zoë"}');
    for (const byte of bytes) req.write(Buffer.from([byte]));
    req.end();
    assert.deepEqual(await read, bytes);
  });

  it('is given 30 s to come, however slowly it drips', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const req = request();
    const read = readBody(req);
    for (let second = 0; second < 30; second += 1) {
      req.write(' ');
      mock.timers.tick(1000);
    }
    await assert.rejects(read, { status: 408, headers: { connection: 'close' } });
  });

  it('is given up when the sender goes away', async () => {
    const req = request();
    const read = readBody(req);
    req.write('{');
    req.destroy(new Error('reset'));
    await assert.rejects(read, { code: 'aborted' });
  });

  it('is refused as soon as it is larger than 1 MiB', async () => {
    await assert.rejects(readBody(request({ 'content-length': String(1024 * 1024 + 1) })), {
      name: 'TooLarge',
    });
    const req = request();
    const read = readBody(req);
    req.write(Buffer.alloc(1024 * 1024));
    req.write('x');
    await assert.rejects(read, { name: 'TooLarge' });
    assert.equal(req.listenerCount('data'), 0, 'nothing more is kept');
  });

  it('leaves nobody listening and nothing held, whatever came of it', async () => {
    for (const [what, end] of [
      ['read', (req: PassThrough) => req.end('}')],
      ['too large', (req: PassThrough) => req.write(Buffer.alloc(1024 * 1024 + 1))],
      ['gone', (req: PassThrough) => req.destroy()],
    ] as const) {
      const req = request();
      const before = listeners(req);
      const inFlight = new BytesInFlight(2 ** 21);
      req.write('{');
      const read = readBody(req, inFlight).catch(() => undefined);
      end(req);
      await read;
      assert.deepEqual(listeners(req), before, what);
      assert.equal(inFlight.held, 0, what);
    }
  });

  it('is in flight from its first byte until the work on it is done', async () => {
    const inFlight = new BytesInFlight(2 ** 21);
    const req = request({ 'content-length': '4' });
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = withBody(req, inFlight, () => promise);
    assert.equal(inFlight.held, 0);
    req.end('{  }');
    await new Promise((end) => req.once('end', end));
    assert.equal(inFlight.held, 4);
    resolve();
    await work;
    assert.equal(inFlight.held, 0);
    await assert.rejects(
      withBody(request({ 'content-length': '3' }).end('nay'), inFlight, () =>
        Promise.reject(new Error('no')),
      ),
    );
    assert.equal(inFlight.held, 0);
  });

  it('is missed when somebody has read it before', async () => {
    const req = request();
    req.end('{}');
    req.resume();
    await new Promise((resolve) => req.once('end', resolve));
    await assert.rejects(readBody(req), /read by something in front/);
  });
});
