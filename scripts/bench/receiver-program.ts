import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { machineNow } from '../../src/engine/targets/local/machine-clock.ts';

// Answers every POST at once and counts them. What is sent to /silent is never answered; of what is sent to /flaky/20,
// each twentieth is told to come again; what is sent to /timed says when it was, on the machine's clock.
let received = 0;
let flaky = 0;
let delays: number[] = [];
const server = createServer((request, response) => {
  const timed = request.url === '/timed';
  let text = '';
  if (timed) request.setEncoding('utf8').on('data', (part: string) => (text += part));
  else request.resume();
  request.on('end', () => {
    received += 1;
    if (timed) delays.push(machineNow() - Number(/"sentAt":([\d.]+)/.exec(text)?.[1]));
    if (request.url === '/silent') return;
    const every = /^\/flaky\/(\d+)$/.exec(request.url ?? '')?.[1];
    if (every) flaky += 1;
    const fails = every !== undefined && flaky % Number(every) === 0;
    response.writeHead(fails ? 503 : 200, { 'content-type': 'application/json' });
    response.end('{"ok":true}');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', ({ drain }: { drain?: true }) => {
  process.send?.({ received, delays: drain ? delays : [] });
  if (drain) delays = [];
});
process.on('disconnect', () => process.exit());
