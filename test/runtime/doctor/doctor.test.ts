import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnosis, Finding } from '../../../src/engine/words/diagnosis.ts';
import { fewNodes, httpIn, httpResponse } from '../../support/core-flow.ts';
import { eventually } from '../../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../../support/misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../../support/node-red.ts';
import {
  eventNode,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../../support/provisioning-flow.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { signIn, user } from '../../support/users.ts';

/** As flows hold a reference. */
const reference = (name: string) => `\${${name}}`;
const empty = reference('DOCTOR_EMPTY');
const set = reference('DOCTOR_SET');

describe('the doctor in Node-RED', function () {
  this.timeout(60_000);
  let receiver: MisbehavingServer;
  let red: NodeRed;
  let flows: FlowNode[];
  const users = [user('reader', 'read'), user('writer', '*')];
  const tokens = new Map<string, string>();

  const headers = (name: string) => ({ authorization: `Bearer ${tokens.get(name)}` });
  const examine = async (): Promise<Diagnosis> => {
    const response = await red.admin('provisioning/doctor', { headers: headers('reader') });
    assert.equal(response.status, 200);
    return (await response.json()) as Diagnosis;
  };
  const reach = async (body: object = {}): Promise<Diagnosis> => {
    const response = await red.admin('provisioning/doctor', postJson(body, headers('writer')));
    assert.equal(response.status, 200);
    return (await response.json()) as Diagnosis;
  };
  const inShort = ({ findings }: Diagnosis, ...levels: string[]) =>
    findings
      .filter(({ level }) => levels.includes(level))
      .map(({ check, sign, registry, handler }) =>
        [`${check}.${sign}`, handler?.id ?? registry?.id].filter(Boolean).join(' '),
      )
      .sort();
  const doctorLines = () => red.log.filter((line) => /\] Provisioning: /.test(line));

  before(async () => {
    receiver = await misbehavingServer();
    const userDir = temporaryFolder('doctor-');
    // What an earlier damage has left, and a registry that is no longer deployed.
    for (const folder of ['registry', 'former'])
      mkdirSync(join(userDir, 'provisioning', folder), { recursive: true });
    writeFileSync(join(userDir, 'provisioning/registry/journal.sqlite.damaged-2026-01-31T12-00-00-000Z'), '');
    writeFileSync(join(userDir, 'provisioning/former/journal.sqlite'), '');
    flows = [
      tab,
      registry({ name: 'Billing' }),
      registry({ id: 'wrong', name: 'Wrong', concurrency: 'many' }),
      registry({ id: 'idle', name: 'Idle' }),
      httpHandler(`${receiver.url}/hook?key=k3y-of-the-query`, {
        id: 'good',
        name: 'Good',
        priority: 1,
      }),
      httpHandler('http://127.0.0.1:1/', {
        id: 'empty',
        headers: [{ name: 'x', value: empty }],
        credentials: { signingSecret: empty },
      }),
      httpHandler('/crm', { id: 'own', headers: [{ name: 'x', value: set }] }),
      httpHandler('nonsense', { id: 'refused' }),
      httpHandler('http://127.0.0.1:1/', { id: 'archived', handlerStatus: 'archived' }),
      httpHandler('', { id: 'script', handlerType: 'local', command: 'none.sh' }),
      intakeNode('/in', { id: 'open' }),
      executor(),
      eventNode({ id: 'lonely', registry: 'idle', wires: [[]] }),
      eventNode({ id: 'lost', name: 'Lost', registry: 'gone', wires: [[]] }),
      httpIn('/crm', 'answer'),
      { id: 'answer', type: 'http response', z: 'tab', statusCode: '', headers: {}, wires: [] },
      httpResponse,
    ];
    red = await startNodeRed({
      userDir,
      flows,
      env: { DOCTOR_EMPTY: '', DOCTOR_SET: 'v4lue-of-the-variable' },
      settings: { ...fewNodes, adminAuth: { type: 'credentials', users } },
    });
    // By then the journals are open, and handlers have their numbers.
    await red.printed(/\] Provisioning: /);
    for (const one of users) tokens.set(one.username, await signIn(red, one));
  });
  after(async () => {
    await red?.kill9();
    await receiver?.close();
  });

  it('finds what is wrong, tells what to do, and asks no network', async () => {
    const before = receiver.connections();
    const diagnosis = await examine();
    assert.deepEqual(inShort(diagnosis, 'error'), [
      'handlers.refused refused',
      'nodes.noRegistry',
      'registries.refused wrong',
      'scripts.unstartable script',
      'secrets.empty empty',
    ]);
    assert.deepEqual(
      inShort(diagnosis, 'warning').filter((one) => !one.startsWith('disk')),
      ['registries.damaged registry', 'registries.noExecutor idle', 'secrets.empty empty'],
    );
    assert.ok(inShort(diagnosis, 'notice').includes('registries.orphaned former'));
    assert.deepEqual(diagnosis.targets.toSorted(), ['empty', 'good', 'own']);
    const levels = diagnosis.findings.map(({ level }) => level);
    assert.deepEqual(
      levels,
      levels.toSorted((a, b) => 'ewno'.indexOf(a.charAt(0)) - 'ewno'.indexOf(b.charAt(0))),
    );
    for (const [level, count] of Object.entries(diagnosis.counts))
      assert.equal(levels.filter((one) => one === level).length, count);
    const bad = diagnosis.findings.filter(({ level }) => level !== 'ok');
    assert.ok(bad.every(({ remedy }) => remedy));
    assert.equal(diagnosis.findings.find(({ sign }) => sign === 'unstartable')?.handler?.number, 5);
    assert.equal(receiver.connections(), before);
    assert.deepEqual(
      readdirSync(join(red.userDir, 'provisioning')).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('reaches targets when it is told to, and calls nobody', async () => {
    const ofTargets = ({ findings }: Diagnosis) => findings.filter(({ check }) => check === 'targets');
    const diagnosis = await reach();
    const signs = ofTargets(diagnosis).map(({ handler, sign }) => `${handler?.id} ${sign}`);
    assert.deepEqual(signs.toSorted(), ['empty unreached', 'good reached', 'own reached']);
    const own = ofTargets(diagnosis).find(({ handler }) => handler?.id === 'own') as Finding;
    assert.equal(`http://${own.subject}`, red.url);
    assert.ok(diagnosis.findings.some(({ check }) => check === 'folder'));
    const part = await reach({ handlers: ['good', 'nobody'] });
    assert.deepEqual(
      part.findings.map(({ handler, sign }) => `${handler?.id} ${sign}`),
      ['good reached'],
    );
    assert.deepEqual(receiver.received, []);
  });

  it('shows no secret, and of an address host and port only', async () => {
    const all = JSON.stringify([await examine(), await reach()]);
    assert.doesNotMatch(all, /k3y-of|v4lue-of|\/hook/);
  });

  it('lets those look who may read, and those reach who may write', async () => {
    const statusOf = async (init: RequestInit) => (await red.admin('provisioning/doctor', init)).status;
    assert.equal(await statusOf({}), 401);
    assert.equal(await statusOf(postJson({})), 401);
    assert.equal(await statusOf(postJson({}, headers('reader'))), 401);
    for (const body of [{ handlers: 'good' }, { handlers: ['a b'] }, { all: true }])
      assert.equal(await statusOf(postJson(body, headers('writer'))), 400);
  });

  it('says in one line at start how it stands, and again only after a deploy that made it worse', async () => {
    const [line] = doctorLines();
    assert.match(
      line ?? '',
      /\[warn\] Provisioning: 5 errors and \d warnings; the first: registry "Wrong": is not in force/,
    );
    assert.equal(doctorLines().length, 1);
    const deploy = (nodes: readonly FlowNode[]) =>
      red.started(async () => {
        const request = postJson(nodes, { ...headers('writer'), 'node-red-deployment-type': 'full' });
        assert.equal((await red.admin('flows', request)).status, 204);
      });
    await deploy(flows.filter(({ id }) => id !== 'refused'));
    const worse = httpHandler('nonsense', { id: 'another', name: 'Another' });
    await deploy([...flows.filter(({ id }) => id !== 'refused'), worse]);
    await eventually('it is said again', () => doctorLines().length > 1);
    assert.equal(doctorLines().length, 2);
  });
});

describe('the doctor at start', function () {
  this.timeout(60_000);

  it('says that all is well', async () => {
    const handler = httpHandler('http://127.0.0.1:1/');
    const red = await startNodeRed({ settings: fewNodes, flows: [tab, registry(), handler, executor()] });
    const line = await red.printed(/\] Provisioning: /);
    await red.stop();
    assert.match(line, /\[info\] Provisioning: all \d+ checks well|\[warn\] Provisioning: .*(?:disk|folder)/);
  });

  it('is silent, and writes nothing, where no registry is deployed', async () => {
    const red = await startNodeRed({ settings: fewNodes, flows: [tab] });
    const diagnosis = await red.get<Diagnosis>('provisioning/doctor');
    await red.stop();
    assert.deepEqual(
      red.log.filter((line) => /\] Provisioning: /.test(line)),
      [],
    );
    assert.ok(!readdirSync(red.userDir).includes('provisioning'));
    assert.ok(diagnosis.findings.some(({ check, sign }) => `${check}.${sign}` === 'registries.none'));
  });
});
