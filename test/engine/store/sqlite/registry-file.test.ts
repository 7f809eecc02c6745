import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRegistryFile } from '../../../../src/engine/store/sqlite/registry-file.ts';
import { journalFolder } from '../../../support/temporary-folder.ts';

describe('registry.json', () => {
  const root = journalFolder('registry-file-');
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'registry-'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const file = () => join(folder, 'registry.json');
  const text = () => readFileSync(file(), 'utf8');
  const open = (remembered: Record<string, number> = {}) => openRegistryFile(folder, async () => remembered);
  const override = {
    status: 'disabled',
    by: 'ann',
    at: '2026-01-31T12:00:00.000Z',
    reason: 'noise',
  } as const;
  const saved = { version: 1, lastNumber: 2, numbers: { a: 1, b: 2 }, overrides: { a: override } };

  it('is read as it was saved', async () => {
    const first = await open();
    Object.assign(first.data.numbers, saved.numbers);
    first.data.lastNumber = 2;
    first.data.overrides['a'] = override;
    await first.save();
    assert.deepEqual(JSON.parse(text()), saved);
    const second = await open();
    assert.deepEqual({ ...second.data.numbers }, saved.numbers);
    assert.deepEqual({ ...second.data.overrides }, saved.overrides);
    assert.deepEqual([second.data.lastNumber, second.notice], [2, null]);
  });

  it('is readable for people: a property a line', async () => {
    const { data, save } = await open();
    data.numbers['a'] = 1;
    await save();
    assert.ok(text().split('\n').length > 4);
  });

  it('is not written while nothing has changed', async () => {
    writeFileSync(file(), JSON.stringify(saved));
    const { save } = await open();
    await save();
    assert.equal(text(), JSON.stringify(saved));
  });

  it('holds the last of many saves at once', async () => {
    const { data, save } = await open();
    await Promise.all(
      Array.from({ length: 100 }, (_, number) => {
        data.lastNumber = number + 1;
        return save();
      }),
    );
    assert.equal(JSON.parse(text()).lastNumber, 100);
    assert.deepEqual(readdirSync(folder), ['registry.json']);
  });

  it('is rebuilt with the numbers that the journal remembers when it is missing', async () => {
    const { data, notice, save } = await open({ a: 3, b: 7 });
    assert.deepEqual([{ ...data.numbers }, data.lastNumber, notice], [{ a: 3, b: 7 }, 7, null]);
    await save();
    assert.deepEqual(JSON.parse(text()).numbers, { a: 3, b: 7 });
  });

  for (const [what, content] of [
    ['cut short', JSON.stringify(saved).slice(0, 40)],
    ['empty', ''],
    ['of other bytes', Buffer.from([0, 255, 254, 10, 13, 0])],
    ['of another shape', '{"version":1,"numbers":[]}'],
    [
      'with an override of a status that is none',
      JSON.stringify({ ...saved, overrides: { a: { ...override, status: 'on' } } }),
    ],
  ] as const)
    it(`is moved aside byte for byte when it is damaged: ${what}`, async () => {
      writeFileSync(file(), content);
      const { data, notice, save } = await open({ a: 4 });
      assert.deepEqual([{ ...data.numbers }, { ...data.overrides }], [{ a: 4 }, {}]);
      const [aside, ...others] = readdirSync(folder);
      assert.deepEqual(others, []);
      assert.match(aside ?? '', /^registry\.json\.damaged-\d{4}-/);
      assert.deepEqual(readFileSync(join(folder, aside ?? '')), Buffer.from(content));
      assert.ok(notice?.includes(join(folder, aside ?? '')));
      assert.match(notice ?? '', /check the handlers' status$/);
      await save();
      assert.deepEqual((await open()).data.numbers['a'], 4);
    });

  it('is refused, and left as it is, when a newer version has written it', async () => {
    writeFileSync(file(), '{"version":2,"handlers":{}}');
    await assert.rejects(open(), {
      kind: 'newer',
      message: /written by a newer version: update the package$/,
    });
    assert.deepEqual([readdirSync(folder), text()], [['registry.json'], '{"version":2,"handlers":{}}']);
  });

  it('has no numbers or overrides that nobody gave, whatever the node id', async () => {
    const { data } = await open();
    assert.deepEqual([data.numbers['constructor'], data.overrides['toString']], [undefined, undefined]);
  });

  it('is no reason to give a number twice when its last number is too small', async () => {
    writeFileSync(file(), JSON.stringify({ ...saved, lastNumber: 0 }));
    assert.equal((await open()).data.lastNumber, 2);
  });

  it('says what can not be written, keeps what it was, and is written when that has passed', async () => {
    writeFileSync(file(), JSON.stringify(saved));
    const { data, save } = await open();
    data.lastNumber = 3;
    // The name of the file that is renamed once it is complete.
    mkdirSync(join(folder, '.registry.json.tmp'));
    await assert.rejects(save(), { code: 'EISDIR' });
    assert.equal(JSON.parse(text()).lastNumber, 2);
    rmSync(join(folder, '.registry.json.tmp'), { recursive: true });
    await save();
    assert.equal(JSON.parse(text()).lastNumber, 3);
  });
});

describe('registry.json, with its book in the journal', () => {
  const override = { status: 'disabled', by: 'ann', at: '2026-01-31T12:00:00.000Z', reason: null } as const;
  const saved = { version: 1, lastNumber: 7, numbers: { a: 1, b: 2 }, overrides: { b: override } };
  let folder: string;
  let kept: string[];
  beforeEach(() => {
    folder = journalFolder('book-');
    kept = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (text: string | null) =>
    openRegistryFile(folder, async () => ({ a: 1 }), {
      text,
      keep: async (now) => void kept.push(now),
    });

  it('is kept there each time that it changes, and once when the journal does not have it', async () => {
    writeFileSync(join(folder, 'registry.json'), JSON.stringify(saved));
    const { data, save } = await open(null);
    await save();
    await save();
    data.lastNumber = 8;
    await save();
    assert.deepEqual(
      kept.map((text) => JSON.parse(text)),
      [saved, { ...saved, lastNumber: 8 }],
    );
  });

  it('gives no number again that the journal has, though an older file came back', async () => {
    const older = { ...saved, lastNumber: 1, numbers: { a: 1 }, overrides: {} };
    writeFileSync(join(folder, 'registry.json'), JSON.stringify(older));
    const { data, notice } = await open(JSON.stringify(saved));
    assert.deepEqual([{ ...data.numbers }, data.lastNumber, { ...data.overrides }], [{ a: 1, b: 2 }, 7, {}]);
    assert.equal(notice, null);
  });

  it('is rebuilt whole when it is missing: switches too, and says which', async () => {
    const { data, notice, save } = await open(JSON.stringify(saved));
    assert.deepEqual(JSON.parse(JSON.stringify(data)), saved);
    assert.equal(
      notice,
      "registry.json was missing; handler numbers and operators' switches were rebuilt from the journal: b disabled",
    );
    await save();
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'registry.json'), 'utf8')), saved);
    assert.equal((await open(JSON.stringify(saved))).notice, null);
  });

  it('is rebuilt whole when it is damaged', async () => {
    writeFileSync(join(folder, 'registry.json'), '{');
    const { data, notice } = await open(JSON.stringify(saved));
    assert.deepEqual({ ...data.overrides }, saved.overrides);
    assert.match(notice ?? '', /^registry\.json was damaged and has been moved to .*: b disabled$/);
  });

  for (const text of [null, 'no JSON', '{"version":1}'])
    it(`says that switches are lost when the journal has no book to use: ${text}`, async () => {
      const { data, notice } = await open(text);
      assert.deepEqual({ ...data.numbers }, { a: 1 });
      assert.match(notice ?? '', /operators' switches are lost: check the handlers' status$/);
    });
});
