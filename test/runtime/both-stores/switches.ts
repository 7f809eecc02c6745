import assert from 'node:assert/strict';
import type { ApiHandler, Override, RegistryRow } from '../../../src/engine/words/admin-answers.ts';
import { main, type Site, type Who } from './site.ts';

/** Rule 9, and holds of a registry: switched at one, in force at all. */
export function switchesOf(site: () => Site): void {
  const handlerOf = (handler: string, is: (one: ApiHandler) => boolean) =>
    site()
      .agreed<{ items: ApiHandler[] }>(`${handler} is so everywhere`, `${main}/handlers`, ({ items }) =>
        items.some((one) => one.id === handler && is(one)),
      )
      .then(({ items }) => items.find(({ id }) => id === handler) as ApiHandler);

  /** Switches a handler at the next one. @returns it as all show it then */
  async function switchTo(
    handler: string,
    body: { status: string; reason?: string; until?: string },
    who?: Who,
  ): Promise<ApiHandler> {
    const answer = await site().next().patch<ApiHandler>(`${main}/handlers/${handler}`, body, who);
    assert.deepEqual([answer.status, answer.body.status], [200, body.status]);
    return handlerOf(handler, ({ status }) => status === body.status);
  }

  const parkedFor = async (event: string, why: string, registry = main) => {
    const { executions } = await site().agreed<{ status: string; executions: { parkedFor: string }[] }>(
      `${event} is parked: ${why}`,
      `${registry}/events/${event}`,
      (one) => one.status === 'parked' && one.executions.every((row) => row.parkedFor === why),
    );
    assert.equal(executions.length, 1);
  };
  const idsOf = (handler: string) =>
    site()
      .receivers.calls(handler)
      .map(({ headers }) => String(headers['webhook-id']).split('_')[0]);

  it('holds a handler: its events wait everywhere, and run in their order when it is released', async () => {
    const { override } = await switchTo('holds', { status: 'held', reason: 'night' }, 'writer');
    const { at, ...rest } = override as Override;
    assert.deepEqual(rest, { status: 'held', by: 'writer', reason: 'night', until: null });
    assert.ok(Math.abs(Date.now() - Date.parse(at)) < 60_000);
    const ids = await site().emitEach('hold.on', ['x', 'y', 'x', 'y', 'x', 'y']);
    for (const id of ids) await parkedFor(id, 'held');
    assert.deepEqual(idsOf('holds'), []);
    const released = await switchTo('holds', { status: 'enabled' });
    assert.equal(released.override, null);
    for (const id of ids) await site().event(id, 'succeeded');
    for (const first of [0, 1]) {
      const ofObject = ids.filter((_, n) => n % 2 === first);
      assert.deepEqual(
        idsOf('holds').filter((id) => ofObject.includes(String(id))),
        ofObject,
      );
    }
  });

  it('ends a hold by itself when its time is over', async () => {
    const until = new Date(Date.now() + 4000).toISOString();
    const { override } = await switchTo('holds', { status: 'held', until });
    assert.equal(override?.until, until);
    const ids = await site().emitEach('hold.on', [1, 2, 3]);
    const { override: ended } = await handlerOf('holds', ({ status }) => status === 'enabled');
    assert.equal(ended, null);
    assert.ok(Date.now() >= Date.parse(until));
    for (const id of ids) await site().event(id, 'succeeded');
  });

  it('passes by a handler that is disabled, and cancels what is stale when it is enabled again', async () => {
    await switchTo('disables', { status: 'held' });
    const [stale, fresh] = (await site().emitEach('disable.it', ['moved', 'still'])) as [string, string];
    await parkedFor(stale, 'held');
    await parkedFor(fresh, 'held');
    await switchTo('disables', { status: 'disabled' });
    await parkedFor(stale, 'disabled');
    const [missed] = await site().emitEach('disable.it', ['moved']);
    await site().event(String(missed), 'unhandled');
    await switchTo('disables', { status: 'enabled' });
    const [row] = (await site().event(stale, 'cancelled')).executions;
    assert.deepEqual(
      [row?.status, row?.attempts, row?.error],
      ['cancelled', 0, 'its handler was disabled and has missed a later event of this object'],
    );
    await site().event(fresh, 'succeeded');
    assert.deepEqual(idsOf('disables'), [fresh]);
  });

  it('delivers what a handler has missed, asked for at one, shown by all', async () => {
    const since = new Date().toISOString();
    await switchTo('misses', { status: 'disabled' });
    const ids = await site().emitEach('miss.it', [1, 2, 3]);
    for (const id of ids) await site().event(id, 'unhandled');
    const deliver = (body: object) =>
      site()
        .next()
        .post<Record<string, unknown>>(`${main}/handlers/misses/deliver`, { since, ...body });
    assert.equal((await deliver({})).status, 409, 'a disabled one is not delivered to');
    await switchTo('misses', { status: 'enabled' });
    // An event of the case before may have come within the same millisecond.
    const { looked, of, ...counted } = (await deliver({ dryRun: true })).body;
    const none = { unjudged: 0, stopped: 0, prunedBefore: null, nextCursor: null };
    assert.deepEqual(counted, { matched: 3, ...none });
    assert.deepEqual([looked, (await deliver({})).body['looking']], [of, of]);
    for (const id of ids) {
      const { executions } = await site().event(id, 'succeeded');
      assert.deepEqual(
        executions.map(({ status, deliveredLater }) => [status, deliveredLater]),
        [['succeeded', true]],
      );
    }
    assert.deepEqual(idsOf('misses'), ids);
  });

  it('holds a registry as a whole, and names who did', async () => {
    const brief = 'registries/brief';
    const switched = (status: string) => site().next().patch<RegistryRow>(brief, { status }, 'writer');
    assert.equal((await switched('held')).status, 200);
    const [row] = (
      await site().agreed<RegistryRow[]>('it is held everywhere', 'registries', (all) =>
        all.some(({ id, override }) => id === 'brief' && override),
      )
    ).filter(({ id }) => id === 'brief');
    assert.deepEqual([row?.override?.status, row?.override?.by], ['held', 'writer']);
    const ids: string[] = [];
    for (const object of [1, 2, 3]) ids.push(await site().emit('brief.one', object, {}, 'brief'));
    for (const id of ids) await parkedFor(id, 'held', brief);
    assert.equal((await switched('enabled')).status, 200);
    for (const id of ids) await site().event(id, 'succeeded', brief);
    await site().agreed<RegistryRow[]>('it is released everywhere', 'registries', (all) =>
      all.every(({ override }) => !override),
    );
  });

  it('refuses at each what the dialog has the say in, and what is not there', async () => {
    for (const member of site().members) {
      const answers = [
        await member.patch(`${main}/handlers/holds`, { status: 'archived' }),
        await member.patch(`${main}/handlers/nobody`, { status: 'held' }),
        await member.patch(`${main}/handlers/holds`, { status: 'maybe' }),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [409, 404, 400],
      );
    }
  });
}
