import assert from 'node:assert/strict';
import type { InstanceRow } from '../../../src/engine/words/admin-answers.ts';
import { eventually } from '../../support/eventually.ts';
import { type Member, main, type Site } from './site.ts';

/** What one Node-RED over a folder has for itself. */
export function ofSqlite(site: () => Site): void {
  it('lists no instances: nobody shares a folder', async () => {
    assert.deepEqual(await site().same('instances'), []);
  });

  it('makes a backup', async () => {
    const { status, body } = await site().next().post<{ name: string }>(`${main}/backup`, { name: 'whole' });
    assert.deepEqual([status, body.name], [202, 'whole']);
  });

  it('has a folder and a disk that the doctor looks at', async () => {
    const checks = await checksOf(site().next());
    assert.ok(checks.has('folder') && checks.has('disk'));
  });
}

/** What several over a database have for themselves, and what each of them has for itself. */
export function ofPostgres(site: () => Site): void {
  it('lists the instances, each of which says which one it is', async () => {
    const size = site().members.length;
    const all = await eventually('all list the same', async () => {
      const lists = await Promise.all(site().members.map((member) => member.get<InstanceRow[]>('instances')));
      const bare = lists.map((rows) => rows.map(({ own: _, seenAt: __, ...row }) => row));
      for (const list of bare) assert.deepEqual(list, bare[0]);
      return lists;
    });
    for (const rows of all) {
      assert.equal(rows.length, 2 * size);
      for (const registry of ['registry', 'brief']) {
        const ofOne = rows.filter((row) => row.registry === registry);
        assert.equal(new Set(ofOne.map(({ id }) => id)).size, size);
        assert.equal(ofOne.filter(({ own }) => own).length, 1);
        for (const { state, share, running } of ofOne)
          assert.deepEqual([state, share, running], ['live', 1 / size, 0]);
      }
    }
    assert.equal(new Set(all.map((rows) => rows.find(({ own }) => own)?.id)).size, size);
  });

  it('leaves backups to the database', async () => {
    const { status, body } = await site().next().post<{ error: { message: string } }>(`${main}/backup`);
    assert.equal(status, 409);
    assert.match(body.error.message, /back it up with pg_dump/);
  });

  it('has no folder that the doctor looks at', async () => {
    const checks = await checksOf(site().next());
    assert.ok(!checks.has('folder') && !checks.has('disk'));
  });

  it('has the link to an export used where it was made', async () => {
    const [one, ...others] = site().members as [Member, ...Member[]];
    const { body } = await one.post<{ url: string }>(`${main}/exports`);
    for (const { red } of others) assert.equal((await fetch(new URL(body.url, red.url))).status, 404);
    assert.equal((await fetch(new URL(body.url, one.red.url))).status, 200);
  });
}

async function checksOf(member: Member): Promise<Set<string>> {
  const { findings } = await member.get<{ findings: { check: string }[] }>('doctor');
  return new Set(findings.map(({ check }) => check));
}
