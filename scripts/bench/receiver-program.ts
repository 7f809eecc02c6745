import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// Answers every POST at once and counts them. What is sent to /silent is never answered; of what is sent to /flaky/20,
// each twentieth is told to come again.
let received = 0;
let flaky = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    received += 1;
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
process.on('message', () => process.send?.({ received }));
process.on('disconnect', () => process.exit());
