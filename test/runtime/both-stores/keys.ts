import assert from 'node:assert/strict';
import { envelope, postJson } from '../../support/provisioning-flow.ts';
import { main, type Site } from './site.ts';

/** A key that came to one is known to all. */
export function keysOf(site: () => Site): void {
  const eventsOf = async (type: string) =>
    (await site().same<{ items: { id: string }[] }>(`${main}/events?eventType=${type}`)).items.map(
      ({ id }) => id,
    );

  for (const header of ['idempotency-key', 'webhook-id'])
    it(`makes one event of what comes to each with the same ${header}`, async () => {
      const type = `key.${header.replace('-', '_')}`;
      const body = envelope(1, type);
      const key = { [header]: `one-${header}` };
      const first = await site().next().receive(body, key);
      assert.equal(first.status, 202);
      for (const member of site().members) {
        const again = await member.receive(body, key);
        assert.deepEqual([again.status, again.body], [200, { id: first.body.id, duplicate: true }]);
        const other = await member.receive(envelope(2, type), key);
        assert.equal(other.status, 409);
      }
      await site().event(String(first.body.id), 'succeeded');
      assert.deepEqual(await eventsOf(type), [first.body.id]);
      assert.equal(site().receivers.callsOf(String(first.body.id)).length, 1);
    });

  it('makes one event of what comes to all at once', async () => {
    const body = envelope(1, 'key.at_once');
    const sent = [...site().members, ...site().members, ...site().members];
    const answers = await Promise.all(
      sent.map((member) => member.receive(body, { 'idempotency-key': 'at-once' })),
    );
    assert.equal(answers.filter(({ status }) => status === 202).length, 1);
    assert.equal(answers.filter(({ status }) => status === 200).length, sent.length - 1);
    const ids = new Set(answers.map(({ body: { id } }) => id));
    for (const id of ids) await site().event(String(id), 'succeeded');
    assert.deepEqual(await eventsOf('key.at_once'), [...ids]);
  });

  it('takes a list of events with a key as one request', async () => {
    const body = [1, 2, 3].map((object) => envelope(object, 'key.list'));
    const send = () => site().next().receive(body, { 'idempotency-key': 'a-list' });
    const first = await send();
    assert.equal(first.status, 202);
    const again = await send();
    assert.deepEqual([again.status, again.body], [200, { ids: first.body.ids, duplicate: true }]);
    for (const id of first.body.ids ?? []) await site().event(id, 'succeeded');
    assert.deepEqual((await eventsOf('key.list')).toReversed(), first.body.ids);
  });

  it('makes one event of what the event nodes of all tell with the same key', async () => {
    const told = envelope(1, 'told.by_all');
    for (const member of site().members) {
      const { status } = await member.red.node('told-by-all', postJson({ ...told, key: 'of-all' }));
      assert.equal(status, 200);
    }
    // By the time that these are answered, what came before has been judged.
    for (const member of site().members)
      assert.equal((await member.red.node('told', postJson(envelope(2, 'told.after')))).status, 200);
    const { items } = await site().agreed<{ items: { status: string }[] }>(
      'all is settled',
      `${main}/events?eventType=told.by_all`,
      (all) => all.items.every(({ status }) => status === 'succeeded'),
    );
    assert.equal(items.length, 1);
  });
}
