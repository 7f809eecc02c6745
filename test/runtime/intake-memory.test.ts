import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { memoryOf, processFacts } from '../../scripts/bench/process-facts.ts';
import { eventually } from '../support/eventually.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { envelope, executor, intakeNode, postJson, registry, tab } from '../support/provisioning-flow.ts';

const MiB = 1024 * 1024;
const connections = 400;
const zeros = `v1,${Buffer.alloc(32).toString('base64')}`;

describe('intake, before bodies that do not end', function () {
  this.timeout(60_000);
  let red: NodeRed;
  const sockets: Socket[] = [];

  before(async () => {
    red = await startNodeRed({
      flows: [
        tab,
        registry(),
        intakeNode('/open', { id: 'open' }),
        intakeNode('/bearer', {
          id: 'bearer',
          intakeAuth: 'bearer',
          credentials: { intakeToken: 't0ken' },
        }),
        intakeNode('/signed', {
          id: 'signed',
          intakeAuth: 'signature',
          credentials: { intakeSecret: 'a secret of its own' },
        }),
        executor(),
        ...processFacts(),
      ],
    });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  after(() => red.kill9());

  /** A request whose last byte is held back. @returns what is answered all the same */
  function begin(path: string, headers: Readonly<Record<string, string | number>>, bytes: number): string[] {
    const { hostname, port } = new URL(red.url);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    sockets.push(socket);
    const answer: string[] = [];
    socket.setEncoding('latin1').on('data', (text) => answer.push(String(text)));
    const lines = Object.entries({ host: 'x', 'content-type': 'application/json', ...headers });
    socket.write(`POST ${path} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`);
    if (bytes > 0) socket.write(Buffer.alloc(bytes, ' '));
    return answer;
  }

  it('keeps 64 MiB of them at most, gives up the oldest, and goes on taking events', async () => {
    const before = await memoryOf(red);
    const paths = ['/open', '/signed'];
    const answers = Array.from({ length: connections }, (_, index) =>
      begin(
        paths[index % paths.length] as string,
        {
          'content-length': MiB,
          'webhook-id': `m-${index}`,
          'webhook-timestamp': Math.floor(Date.now() / 1000),
          'webhook-signature': zeros,
        },
        MiB - 1,
      ),
    );
    const answered = () => answers.filter((answer) => answer.length > 0);
    await eventually('all but 64 have their answer', () => answered().length >= connections - 64, 30_000);
    for (const [head = ''] of answered())
      assert.match(head, /^HTTP\/1\.1 503 [\s\S]*\r\nretry-after: \d+\r\n/i);
    assert.equal((await red.node('/open', postJson(envelope()))).status, 202);
    // What collections leave is what is kept; how much waits for the next one is for Node.js to say.
    await eventually(
      `of ${connections} MiB that were sent, 64 are kept`,
      async () => (await memoryOf(red)).external - before.external <= 64 * MiB,
    );
  });

  it('reads none of a body whose head is refused', async () => {
    const now = Math.floor(Date.now() / 1000);
    const signed = { 'webhook-id': 'm', 'webhook-timestamp': now, 'webhook-signature': zeros };
    for (const [what, path, headers, status] of [
      ['no token', '/bearer', {}, 401],
      ['a wrong token', '/bearer', { authorization: 'Bearer no' }, 401],
      ['no signature', '/signed', {}, 401],
      ['an old timestamp', '/signed', { ...signed, 'webhook-timestamp': now - 400 }, 401],
      ['no timestamp', '/signed', { ...signed, 'webhook-timestamp': 'now' }, 401],
      ['a length over the bound', '/open', { 'content-length': MiB + 1 }, 413],
      ['another media type', '/open', { 'content-type': 'text/plain' }, 415],
      ['a coding', '/open', { 'content-encoding': 'gzip' }, 415],
    ] as const) {
      const answer = begin(path, { 'content-length': MiB, ...headers }, 0);
      const head = await eventually(what, () => answer[0]);
      assert.ok(head.startsWith(`HTTP/1.1 ${status} `), `${what}: ${head}`);
    }
  });
});
