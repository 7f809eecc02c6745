import assert from 'node:assert/strict';
import type { ApiHandler, Changes } from '../../../src/engine/words/admin-answers.ts';
import { eventually } from '../../support/eventually.ts';
import { deployed } from './flows.ts';
import type { Listed } from './listed.ts';
import { type Member, main, type Site } from './site.ts';

/** Exports, figures and metrics. */
export function figuresOf(site: () => Site, listed: () => Listed): void {
  const exported = async (member: Member, path: string, body: object): Promise<string> => {
    const { status, body: answer } = await member.post<{ url: string }>(path, body);
    assert.equal(status, 200);
    const response = await fetch(new URL(answer.url, member.red.url));
    assert.match(String(response.headers.get('content-type')), /^text\/csv/);
    return response.text();
  };
  const exportedByAll = async (path: string, body: object): Promise<string[]> => {
    const [first, ...others] = await Promise.all(
      site().members.map((member) => exported(member, path, body)),
    );
    for (const other of others) assert.equal(other, first);
    return String(first).trimEnd().split('\n');
  };

  it('exports the same from each, which is what the list has', async () => {
    const { executions, from, to } = listed();
    const filter = { from, to, handler: 'listed' };
    const [head, ...lines] = await exportedByAll(`${main}/exports`, { filter });
    assert.match(String(head), /^Registry,ID,Status,Date,Event,/);
    assert.deepEqual(
      lines.map((line) => line.split(',').slice(0, 5)),
      executions
        .filter(({ handler }) => handler.id === 'listed')
        .map(({ id, status, startedAt, eventType }) => ['Main', id, status, startedAt, eventType]),
    );
  });

  it('exports events, of several registries in one file', async () => {
    const { events, from, to } = listed();
    const asked = { registries: ['registry', 'brief'], list: 'events', filter: { from, to } };
    const [head, ...lines] = await exportedByAll('exports', asked);
    assert.match(String(head), /^Registry,ID,Status,Accepted,Settled,Event,Object ID,Event node$/);
    assert.deepEqual(
      lines.map((line) => line.split(',').slice(0, 3)),
      events.map(({ id, status }) => ['Main', id, status]),
    );
  });

  it('counts the same, and what the lists have', async () => {
    const { executions, from, to } = listed();
    const between = `from=${from}&to=${to}`;
    const { items: stats } = await site().same<{
      items: { succeeded: number; failed: number; parked: number }[];
    }>(`${main}/stats?${between}&step=1`);
    const { items: histogram } = await site().same<{
      items: { succeeded: number; failed: number; parked: number }[];
    }>(`${main}/histogram?${between}&step=1`);
    for (const steps of [stats, histogram])
      for (const status of ['succeeded', 'failed', 'parked'] as const)
        assert.equal(
          steps.reduce((sum, step) => sum + step[status], 0),
          executions.filter((row) => row.status === status).length,
          status,
        );
    const { items: failures, complete } = await site().same<{
      items: { handler: { id: string }; kind: string; count: number }[];
      complete: boolean;
    }>(`${main}/failures?${between}`);
    assert.equal(complete, true);
    assert.deepEqual(
      failures.map(({ handler, kind, count }) => [handler.id, kind, count]).sort(),
      [
        ['listed', 'HTTP 404', executions.filter(({ code }) => code === 404).length],
        ['listed_too', 'HTTP 503', executions.filter(({ code }) => code === 503).length],
      ].sort(),
    );
  });

  it('tells the same of registries, handlers, event types and replays', async () => {
    const always = () => true;
    const registries = await site().agreed<{ id: string; state: string; handlers: number }[]>(
      'registries are the same',
      'registries',
      always,
    );
    assert.deepEqual(
      registries.map(({ id, state }) => [id, state]),
      [
        ['registry', 'ready'],
        ['brief', 'ready'],
      ],
    );
    for (const list of ['catalogue', 'replays']) await site().same(`${main}/${list}`);
  });

  it('lists handlers by priority, and numbers them in the order in which they came', async () => {
    const handlersBy = async (query: string) =>
      (
        await site().agreed<{ items: ApiHandler[] }>(
          'handlers are the same',
          `${main}/handlers?${query}`,
          () => true,
        )
      ).items;
    const idsBy = async (query: string) => (await handlersBy(query)).map(({ id }) => id);
    const shown = await handlersBy('');
    const archived = await handlersBy('status=archived');
    const priorities = shown.map(({ priority }) => priority);
    assert.deepEqual(
      priorities,
      priorities.toSorted((a, b) => a - b),
    );
    const numbered = [...shown, ...archived].sort((a, b) => a.number - b.number);
    assert.deepEqual(
      numbered.map(({ number, id }) => [number, id]),
      deployed.map((id, n) => [n + 1, id]),
    );
    assert.deepEqual(
      archived.map(({ id }) => id),
      ['of_old'],
    );
    assert.deepEqual(await idsBy('eventType=list.many'), ['listed', 'listed_too']);
    assert.deepEqual(await idsBy('type=local'), []);
  });

  it('tells each, as live news, of what any of them calls', async () => {
    const before = await Promise.all(site().members.map((member) => member.get<Changes>(`${main}/changes`)));
    const id = await site().emit('key.news', 1);
    const [row] = (await site().event(id, 'succeeded')).executions;
    for (const [n, { boot, seq }] of before.entries())
      await eventually('it is told', async () => {
        const path = `${main}/changes?boot=${boot}&after=${seq}`;
        const { items } = await (site().members[n] as Member).get<Changes>(path);
        return items.some((news) => news.id === row?.id && news.status === 'succeeded');
      });
  });

  it('counts in the metrics what each has done, and measures what all have', async () => {
    const ids = await site().emitEach(
      'key.counted',
      Array.from({ length: 6 }, (_, n) => n),
    );
    for (const id of ids) await site().event(id, 'succeeded');
    const { length: done } = site().receivers.calls('keyed');
    await eventually('all are counted', async () => {
      const counted = await Promise.all(
        site().members.map((member) =>
          figure(
            member,
            'provisioning_executions_total{registry="registry",handler="keyed",name="Keyed",status="succeeded"}',
          ),
        ),
      );
      assert.equal(
        counted.reduce((sum, one) => sum + one, 0),
        done,
      );
      return true;
    });
    const [{ parked } = { parked: 0 }] = await site().same<{ parked: number }[]>('registries');
    assert.ok(parked > 0);
    for (const member of site().members)
      assert.equal(await figure(member, 'provisioning_executions_parked{registry="registry"}'), parked);
  });
}

async function figure({ red }: Member, name: string): Promise<number> {
  const text = await (await red.admin('provisioning/metrics')).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(name))
      ?.slice(name.length),
  );
}
