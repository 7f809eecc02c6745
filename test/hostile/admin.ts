import { unpermitted } from './admin-permissions.ts';
import type { AdminInput, Who } from './inputs.ts';
import { canary } from './intake.ts';
import { type Answers, type PlainRequest, unexpected } from './wire.ts';

const registries = '/provisioning/registries';
const own = `${registries}/registry`;
const json = 'content-type: application/json';

const event = JSON.stringify({
  event: { dt: '2026-01-31T12:00:00Z', events_id: 'clients.create', object_id: canary },
  data: {},
});

function asked(
  name: string,
  expect: readonly number[],
  request: PlainRequest,
  who: Who = 'admin',
): AdminInput {
  return { name, expect, input: { ...request, who } };
}
const read = (path: string, expect: readonly number[]) =>
  asked(`GET ${path.slice(0, 90)}`, expect, { method: 'GET', path });

const ids = [
  '..',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%2f..%2fsettings.cjs',
  '%252e%252e%252f',
  '..%5c..%5c',
  '%00',
  'registry%00',
  '%',
  '%c0%af',
  '%ff',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'prototype',
  '%7b%7d',
  '%27%20OR%201=1--',
  '%F0%9F%98%80',
  '*',
  'null',
  'undefined',
  '-1',
  '1e400',
  '%0d%0ax-injected:1',
  'x'.repeat(4000),
];
const notThere = [400, 404];
const ofIds = ids.flatMap((id) => [
  read(`${registries}/${id}/handlers`, notThere),
  read(`${own}/executions/${id}`, id === '..' || id === '%2e%2e' ? [200, ...notThere] : notThere),
  read(`${own}/events/${id}`, id === '..' || id === '%2e%2e' ? [200, ...notThere] : notThere),
  read(`/provisioning/exports/${id}`, notThere),
  asked(`PATCH handler ${id.slice(0, 40)}`, notThere, {
    method: 'PATCH',
    path: `${own}/handlers/${id}`,
    headers: [json],
    body: '{"status":"disabled"}',
  }),
  asked(`fire ${id.slice(0, 40)}`, notThere, {
    path: `/provisioning/nodes/${id}/fire`,
    headers: [json],
    body: '{}',
  }),
]);

const queries = [
  'limit=0',
  'limit=501',
  'limit=-1',
  'limit=1.5',
  'limit=1e400',
  'limit=NaN',
  'limit=1&limit=2',
  'limit[]=1',
  'limit[toString]=1',
  'cursor=x',
  `cursor=${'x'.repeat(65)}`,
  'cursor[]=x',
  `cursor=${Buffer.from('["executions",1e400,1]').toString('base64url')}`,
  `cursor=${Buffer.from('["executions","1",{}]').toString('base64url')}`,
  `cursor=${Buffer.from('[[[]]]').toString('base64url')}`,
  `cursor=${Buffer.from('{"__proto__":1}').toString('base64url')}`,
  'status=gone',
  'status=failed,',
  'status[a]=failed',
  'status[__proto__]=failed',
  'eventType=..',
  'eventType=a%00',
  'eventType[]=a&eventType[]=b',
  'objectId=a&objectId=b',
  `objectId=${'x'.repeat(257)}`,
  'from=yesterday',
  'to=2026-13-01',
  'from=1e400',
  'from[]=2026-01-01',
  'unknown=1',
  'constructor=1',
  'filter=1',
];
const ofQueries = queries.flatMap((query) =>
  ['executions', 'events'].map((list) => read(`${own}/${list}?${query}`, [400])),
);
const moreQueries = [
  ...[
    'text=%22',
    'text=()',
    `text=${'a'.repeat(257)}`,
    'text[]=a',
    'handler=..',
    'handler=a%00',
    'eventId[]=x',
  ].map((query) => read(`${own}/executions?${query}`, [400])),
  ...[
    'text=NEAR(a%20b)',
    'text=a*%20OR%20b',
    'text=%22a%22%20AND%20NOT%20b',
    "text=a');DROP%20TABLE%20executions;--",
    'text=col:a',
    '__proto__[status]=x',
  ].map((query) => read(`${own}/executions?${query}`, [200, 400])),
  ...['step=0', 'step=1e400', 'step=-1', 'step[]=1', 'from=0', 'step=1&from=0001-01-01T00:00:00Z'].map(
    (query) => read(`${own}/stats?${query}`, [400]),
  ),
  ...['after=x', 'boot=a&boot=b', 'after[]=a', 'x=1'].map((query) => read(`${own}/changes?${query}`, [400])),
  ...['type=x', 'status=x', 'eventType=*', 'type[]=http&type[]=x', 'x=1'].map((query) =>
    read(`${own}/handlers?${query}`, [400]),
  ),
];

const filters = [
  'null',
  '[]',
  '"x"',
  '1',
  'true',
  '{"unknown":1}',
  '{"status":[]}',
  '{"status":"gone"}',
  '{"handler":{}}',
  '{"from":1e400}',
  '{"text":""}',
  '{"objectId":""}',
  '{"__proto__":{"x":1},"x":1}',
  '{"constructor":1}',
  '{"limit":1}',
];
const noBodies = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '1',
  '{"a":1}',
  '\ufeff{',
  '{"status":',
  `[${'['.repeat(5000)}`,
];
const posted = (route: string, body: string | Uint8Array, expect: readonly number[] = [400]) =>
  asked(`POST ${route} ${String(body).slice(0, 50)}`, expect, {
    path: `${own}/${route}`,
    headers: [json],
    body,
  });
const ofBodies = [
  ...['replay', 'events/replay', 'exports'].flatMap((route) =>
    filters.map((filter) => posted(route, `{"filter":${filter}}`)),
  ),
  ...['replay', 'exports', 'events', 'handlers/none/circuit'].flatMap((route) =>
    noBodies.map((body) => posted(route, body, route === 'exports' && body === '' ? [200] : [400])),
  ),
  ...[
    '"dryRun":1',
    '"dryRun":"true"',
    '"ratePerSecond":-1',
    '"ratePerSecond":1e400',
    '"ratePerSecond":{}',
    '"by":"admin"',
  ].map((option) => posted('replay', `{"filter":{},${option}}`)),
  ...['enabled ', 'Enabled', 'archived', 'held', 'gone', '', '__proto__'].map((status) =>
    asked(`PATCH status ${status}`, status === 'archived' || status === 'held' ? [404, 409] : [400], {
      method: 'PATCH',
      path: `${own}/handlers/none`,
      headers: [json],
      body: JSON.stringify({ status }),
    }),
  ),
  ...[
    '{}',
    '{"since":0}',
    '{"since":"yesterday"}',
    '{"since":"2026-02-30T00:00:00Z"}',
    '{"since":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z"}',
    '{"since":"2026-01-02T00:00:00Z","cursor":"x"}',
    '{"since":"2026-01-02T00:00:00Z","dryRun":"true"}',
    '{"since":"2026-01-02T00:00:00Z","ratePerSecond":-1}',
    '{"since":"2026-01-02T00:00:00Z","filter":{}}',
  ].map((body) => posted('handlers/none/deliver', body)),
  posted('handlers/none/deliver', '{"since":"2026-01-02T00:00:00Z"}', [404]),
  posted('events', event.padEnd(1024 * 1024 + 1), [413]),
  posted('events', Buffer.from(event, 'utf16le')),
  posted('events', `[${event}]`),
  posted('executions/none/replay', '{}', [404]),
  posted('executions/none/cancel', '{}', [404]),
  posted('events/none/replay', '{}', [404]),
  posted('replays/1e400/cancel', '{}', [404]),
  posted('replays/-1/cancel', '{}', [404]),
];

const methods = ['PUT', 'DELETE', 'TRACE', 'PROPFIND', 'PATCH'].flatMap((method) =>
  ['executions', 'events', 'handlers', 'replay'].map((route) =>
    asked(`${method} ${route}`, [404, 405], { method, path: `${own}/${route}`, headers: [json], body: '{}' }),
  ),
);

const fired = (name: string, expect: readonly number[], headers: readonly string[], who: Who = 'admin') =>
  asked(`fire ${name}`, expect, { path: `${own}/events`, headers, body: event }, who);
const types = [
  '',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/json;charset=utf-16',
];
const foreign = [
  'http://evil.example',
  'null',
  '',
  '*',
  'http://127.0.0.1:1',
  'file://',
  'http://127.0.0.1.evil.example',
];
const sites = ['cross-site', 'same-site', 'SAME-ORIGIN', 'x', 'same-origin, cross-site'];
const ofPages = [
  ...types.map((type) => fired(`as ${type}`, [415], [`content-type: ${type}`])),
  ...foreign.map((origin) => fired(`for origin ${origin}`, [403], [json, `origin: ${origin}`])),
  ...sites.map((site) => fired(`for site ${site}`, [403], [json, `sec-fetch-site: ${site}`])),
  fired('compressed', [415], [json, 'content-encoding: gzip']),
  fired('without a type', [415], []),
];

/** What is asked of the admin API, by what is wrong with it; one status of those expected must come. */
export const adminInputs: readonly AdminInput[] = [
  ...ofIds,
  ...ofQueries,
  ...moreQueries,
  ...ofBodies,
  ...methods,
  ...ofPages,
  ...unpermitted,
];

/** How an answer of the admin API shows that an input got through; null when it was held. */
export function throughAdmin(answers: Answers, { expect }: AdminInput): string | null {
  const { text } = answers;
  const leak = /root:x:0|module\.exports|\bat .+\.js:\d+|SQLITE_|^x-injected/im.exec(text);
  if (leak) return `it tells ${leak[0]}`;
  if (/"id":"ev-/.test(text)) return `an event id was given: ${text.slice(-100)}`;
  return unexpected(answers, expect);
}
