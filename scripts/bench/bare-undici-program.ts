import { Agent, request } from 'undici';
import { callsOf, envelopeOf } from './envelope.ts';
import { inTurns } from './in-turns.ts';

// As the package's own pool is set up.
const dispatcher = new Agent({ allowH2: false, headersTimeout: 0, bodyTimeout: 0 });

export interface Posts {
  readonly url: string;
  readonly count: number;
  readonly inFlight: number;
  /** Of each body, about. */
  readonly bytes: number;
  /** The same bytes each time, instead of the JSON of an object as every sender has it. */
  readonly prepared?: boolean;
}

async function run({ url, count, inFlight, bytes, prepared }: Posts): Promise<{ ms: number; cpu: number }> {
  const calls = callsOf(bytes);
  const bodyOf = (n: number) => JSON.stringify(envelopeOf('bench.one', n, calls));
  const ready = prepared ? bodyOf(1) : undefined;
  const began = performance.now();
  const used = process.cpuUsage();
  await inTurns(count, inFlight, async (n) => {
    const { statusCode, body } = await request(url, {
      dispatcher,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'bench/1',
        'webhook-id': `ev-bench-${n}_handler`,
        'webhook-timestamp': '1769860800',
        'provisioning-attempt': '1',
      },
      body: ready ?? bodyOf(n),
    });
    await body.text();
    if (statusCode !== 200) throw new Error(`the receiver answered ${statusCode}`);
  });
  const { user, system } = process.cpuUsage(used);
  return { ms: performance.now() - began, cpu: user + system };
}

process.on('message', async (posts: Posts) => process.send?.(await run(posts)));
process.on('disconnect', () => process.exit());
process.send?.({});
