import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { hostileValues } from '../support/hostile-values.ts';
import { answers, type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { httpHandler } from '../support/provisioning-flow.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { adminInputs, throughAdmin } from './admin.ts';
import { answerInputs, answeringNodes, reply, throughAnswer } from './answers.ts';
import { summary, type Tally, tryAll } from './border.ts';
import { handlerInputs, handlerNode, throughHandler, typeOf } from './handlers.ts';
import { canary, intakeInputs, throughIntake } from './intake.ts';
import { throughShape } from './shaped.ts';
import { type Site, startSite } from './site.ts';
import { type SetTraps, setTraps } from './trap.ts';
import { exchange, written } from './wire.ts';

describe('hostile inputs', function () {
  this.timeout(120_000);
  const tallies = new Map<string, Tally>();
  let receiver: MisbehavingServer;
  let traps: SetTraps;
  let site: Site;

  before(async () => {
    receiver = await misbehavingServer();
    traps = await setTraps(temporaryFolder('hostile-'));
    site = await startSite(traps.scripts);
  });
  after(async () => {
    traps.close();
    await receiver.close();
    await site.red.kill9();
    console.log(`\n${summary(tallies)}\n`);
  });

  /** Keeps the counts, and tells of every input that was not held. */
  function held(border: string, tally: Tally): void {
    tallies.set(border, tally);
    assert.deepEqual([tally.through, tally.crashed], [[], []]);
  }

  it('do not get through the intake', async () => {
    const tally = await tryAll(intakeInputs(), async (row) =>
      throughIntake(await exchange(site.port, row.input), row),
    );
    const { items } = await site.get<{ items: unknown[] }>(
      `provisioning/registries/registry/events?objectId=${canary}`,
    );
    held('intake', tally);
    assert.deepEqual(items, []);
  });

  it('do not get through the admin API', async () => {
    const tally = await tryAll(adminInputs, async (row) => {
      const { who, headers = [], ...request } = row.input;
      const signIn = Object.entries(site.headersOf(who)).map(([name, value]) => `${name}: ${value}`);
      const pieces = [written({ ...request, headers: [...signIn, ...headers] })];
      return throughAdmin(await exchange(site.port, { pieces }), row);
    });
    held('admin', tally);
  });

  it('have no effect when a handler is made of them', async () => {
    const rows = handlerInputs(traps);
    const ids = rows.map((_, index) => `wrong_${index}`);
    await site.deploy(rows.map((row, index) => handlerNode(String(ids[index]), row.input)));
    const events = await site.fire(ids.map(typeOf));
    const { items } = await site.get<{ items: { id: string; refused?: string }[] }>(
      'provisioning/registries/registry/handlers',
    );
    const refusals = new Map(items.map(({ id, refused }) => [id, refused]));
    const tally = await tryAll(
      rows.map((row, index) => ({ ...row, id: String(ids[index]), event: String(events[index]) })),
      async (row) => {
        const logged = await site.rowOf(row.event);
        return throughHandler(logged, refusals.get(row.id) ?? logged.error ?? '', row);
      },
    );
    held('handlers', tally);
    assert.deepEqual(traps.sprung(), []);
  });

  it('stay where they are put when an event shapes a call', async () => {
    receiver.become(answers(200));
    await site.deploy([
      httpHandler(`${receiver.url}/to/{data.value}/end?of={data.value}`, {
        id: 'shaped',
        events: ['shaped.*'],
        method: 'PUT',
        headers: [{ name: 'x-own', value: 'own' }],
        body: 'form',
      }),
      httpHandler(`${receiver.url}/header`, {
        id: 'named',
        events: ['shaped.*'],
        priority: 20,
        headers: [{ name: 'x-value', value: '<{data.value}>' }],
      }),
    ]);
    const rows = hostileValues.map((value, index) => ({
      name: JSON.stringify(value).slice(0, 40),
      input: value,
      index,
    }));
    // JSON can not carry half a character by itself, but by its escape.
    const events = await site.fire(
      rows.map(({ index }) => `shaped.v${index}`),
      (index) => ({ value: hostileValues[index] }),
    );
    const tally = await tryAll(rows, async ({ input, index }) => {
      const event = String(events[index]);
      await eventually('both settled', async () => {
        const { items } = await site.get<{ items: { status: string }[] }>(
          `provisioning/registries/registry/executions?eventId=${event}`,
        );
        return items.length === 2 && items.every(({ status }) => /succeeded|failed/.test(status));
      });
      return throughShape(
        receiver.received.filter(({ headers }) => String(headers['webhook-id']).startsWith(`${event}_`)),
        input,
      );
    });
    held('shaped calls', tally);
    assert.ok(receiver.received.length > hostileValues.length);
  });

  it('settle the execution as what they are when handlers answer so', async () => {
    const rows = answerInputs.map((row, index) => ({ ...row, id: `says_${index}` }));
    const behaviours = new Map(
      rows.flatMap(({ id, input }) => (input.kind === 'http' ? [[`/${id}`, input.behaviour]] : [])),
    );
    receiver.become((exchange) => behaviours.get(exchange.received.path)?.(exchange));
    await site.deploy([
      reply,
      ...rows.flatMap((row) => answeringNodes(row.id, row, receiver.url, traps.scripts)),
    ]);
    const tally = await tryAll(rows, async (row) => {
      const [event] = await site.fire([typeOf(row.id)]);
      return throughAnswer(await site.rowOf(String(event)), row);
    });
    held('answers', tally);
    assert.equal(/.{0,80}secret-c.{0,80}/.exec(site.stored())?.[0], undefined);
    assert.deepEqual(traps.sprung(), []);
  });

  it('leave a Node-RED behind that is well, and does its work', async () => {
    const [own] =
      await site.get<{ state: string; backlog: number; running: number }[]>('provisioning/registries');
    assert.deepEqual([own?.state, own?.backlog, own?.running], ['ready', 0, 0]);
    receiver.become(answers(200));
    await site.deploy([httpHandler(`${receiver.url}/well`, { events: ['well.done'] })]);
    const [event] = await site.fire(['well.done']);
    assert.equal((await site.rowOf(String(event))).status, 'succeeded');
    assert.equal(receiver.received.at(-1)?.path, '/well');
    assert.deepEqual(
      site.red.log.filter((line) => /uncaught|unhandled|provisioning (?:intake|admin API):/i.test(line)),
      [],
    );
    const mib = site.residentMib();
    assert.ok(mib < 600, `${mib} MiB`);
  });
});
