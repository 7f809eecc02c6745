import type { AdminAsk, AdminInput, Who } from './inputs.ts';

const registries = '/provisioning/registries';
const own = `${registries}/registry`;
const json = 'content-type: application/json';

const asked = (
  name: string,
  expect: readonly number[],
  request: Omit<AdminAsk, 'who'>,
  who: Who,
): AdminInput => ({
  name,
  expect,
  input: { ...request, who },
});

const tokens = [
  '',
  'Bearer',
  'Bearer x',
  'Bearer undefined',
  'Basic YWRtaW46YWRtaW4=',
  'Bearer __proto__',
  'Bearer ../../x',
];
const routes: readonly (readonly [method: string, route: string, reads: boolean])[] = [
  ['GET', registries, true],
  ['GET', `${own}/handlers`, true],
  ['GET', `${own}/executions`, true],
  ['GET', `${own}/events`, true],
  ['GET', `${own}/stats`, true],
  ['GET', `${own}/changes`, true],
  ['GET', `${own}/catalogue`, true],
  ['GET', `${own}/replays`, true],
  ['GET', '/provisioning/metrics', true],
  ['GET', '/provisioning/doctor', true],
  ['POST', `${own}/exports`, true],
  ['POST', '/provisioning/exports', true],
  ['POST', `${own}/events`, false],
  ['POST', `${own}/replay`, false],
  ['POST', `${own}/events/replay`, false],
  ['POST', `${own}/handlers/none/deliver`, false],
  ['POST', `${own}/executions/none/cancel`, false],
  ['POST', `${own}/executions/none/replay`, false],
  ['POST', `${own}/handlers/none/circuit`, false],
  ['PATCH', `${own}/handlers/none`, false],
  ['POST', '/provisioning/nodes/open/fire', false],
  ['POST', '/provisioning/doctor', false],
];
const withoutLeave = routes.flatMap(([method, path, reads]) => {
  const request = { method, path, headers: [json], body: method === 'GET' ? '' : '{}' };
  return [
    asked(`nobody: ${method} ${path}`, [401], request, null),
    asked(`who may not: ${method} ${path}`, [401], request, reads ? 'writer' : 'reader'),
    ...tokens.map((token) =>
      asked(
        `token ${token}: ${method} ${path}`,
        // Node-RED itself answers 400 to a header that is no token.
        [400, 401],
        { ...request, headers: [json, `authorization: ${token}`] },
        null,
      ),
    ),
  ];
});
const inTheUrl = ['access_token=x', 'token=x', 'user=admin', 'permissions=*'].map((query) =>
  asked(`nobody: ?${query}`, [401], { method: 'GET', path: `${registries}?${query}` }, null),
);

/** Each route, asked by those who may not use it. */
export const unpermitted: readonly AdminInput[] = [...withoutLeave, ...inTheUrl];
