import { Agent, request } from 'undici';
import { envelopeOf } from './envelope.ts';

// As the package's own pool is set up.
const dispatcher = new Agent({ allowH2: false, headersTimeout: 0, bodyTimeout: 0 });

async function run(url: string, count: number, inFlight: number): Promise<number> {
  let left = count;
  const began = performance.now();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const { statusCode, body } = await request(url, {
        dispatcher,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'bench/1',
          'webhook-id': `ev-bench-${left}_handler`,
          'webhook-timestamp': '1769860800',
          'provisioning-attempt': '1',
        },
        body: JSON.stringify(envelopeOf('bench.one', left)),
      });
      await body.text();
      if (statusCode !== 200) throw new Error(`the receiver answered ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return performance.now() - began;
}

process.on('message', async ({ url, count, inFlight }: { url: string; count: number; inFlight: number }) =>
  process.send?.({ ms: await run(url, count, inFlight) }),
);
process.on('disconnect', () => process.exit());
process.send?.({});
