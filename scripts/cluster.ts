import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { startPostgres } from '../test/support/postgres.ts';
import { Balancer } from './cluster/balancer.ts';
import { DemoInstance } from './cluster/demo-instance.ts';
import { pageOf } from './cluster/page.ts';

// node scripts/cluster.ts: three Node-REDs with the example flows over one PostgreSQL, behind a balancer.
const port = Number(process.env['PORT'] ?? 1880);
const url = `http://127.0.0.1:${port}`;
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '..', '.demo', 'cluster'));

console.log('PostgreSQL starts, and then three Node-REDs.');
// Each of the examples has a registry of its own.
const postgres = await startPostgres({ max_connections: '400' });
const instances = [1, 2, 3].map(
  (number) => new DemoInstance(number, port + number, join(folder, String(number)), postgres.url),
);
for (const instance of instances) instance.start();
const balancer = new Balancer(instances);

createServer((request, response) => {
  const [, action = '', number = ''] = /^\/cluster\/(\w+)\/(\d)$/.exec(request.url ?? '') ?? [];
  const chosen = instances[Number(number) - 1];
  // No page of somebody else's may press the buttons.
  const isOwn = ['same-origin', undefined].includes(request.headers['sec-fetch-site'] as string | undefined);
  if (request.method === 'POST' && chosen && isOwn) {
    chosen.do(action);
    response.writeHead(303, { location: '/' }).end();
  } else if (request.url === '/') {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(pageOf(url, instances));
  } else balancer.pass(request, response);
}).listen(port, '127.0.0.1', () =>
  console.log(`
What to try:  ${url}
The database: ${postgres.url}
Stop with Ctrl-C. The database is a new one each time.
`),
);

process.once('SIGINT', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
process.once('exit', () => {
  for (const instance of instances) instance.do('kill');
});
