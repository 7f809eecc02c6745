import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses, type NodeStatuses } from '../support/node-statuses.ts';
import {
  envelope,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A registry each, with what becomes of its folder. */
const names = ['sound', 'damaged', 'torn', 'newer', 'newest', 'frozen', 'tight'] as const;
type Name = (typeof names)[number];

interface View {
  readonly id: string;
  readonly state: string;
  readonly error?: string;
}

describe('storage that fails', function () {
  this.timeout(60_000);
  const userDir = temporaryFolder('storage-');
  const dir = join(userDir, 'provisioning');
  const disks: SmallDisk[] = [];
  let receiver: MisbehavingServer;
  let red: NodeRed;
  let statuses: NodeStatuses;
  const harmed = new Map<string, Buffer>();
  let numbers: Record<string, number>;

  const file = (name: Name, path: string) => join(dir, name, path);
  const aside = (name: Name, path: string) =>
    readdirSync(join(dir, name)).filter((entry) => entry.startsWith(`${path}.damaged-`));

  function nodesOf(name: Name): FlowNode[] {
    return [
      registry({ id: name, name: `${name} one` }),
      httpHandler(`${receiver.url}/${name}`, { id: `${name}-b`, registry: name }),
      httpHandler(`${receiver.url}/${name}`, { id: `${name}-a`, registry: name }),
      intakeNode(`/${name}`, { id: `${name}-event`, registry: name, wires: [[`${name}-executor`]] }),
      executor({ id: `${name}-executor`, registry: name }),
    ];
  }

  const post = (name: Name, object: number | string, data: object = {}) =>
    red.node(`/${name}`, postJson({ ...envelope(object), data }));
  const viewOf = async (name: Name) => {
    const view = (await red.get<View[]>('provisioning/registries')).find(({ id }) => id === name);
    assert.ok(view, name);
    return view;
  };
  const ready = (name: Name) =>
    eventually(`${name} is ready`, async () => {
      const view = await viewOf(name);
      return view.state === 'ready' && view;
    });
  const delivered = (id: string) =>
    receiver.received.filter(({ headers }) => String(headers['webhook-id']).startsWith(`${id}_`)).length;

  async function accept(name: Name, object: number | string): Promise<string> {
    const response = await post(name, object);
    const answer = (await response.json()) as { id: string };
    assert.equal(response.status, 202, `${name}: ${JSON.stringify(answer)}`);
    return answer.id;
  }

  async function goesOn(name: Name): Promise<void> {
    const id = await accept(name, 1);
    await eventually(`${name} delivers`, () => delivered(id) === 2);
  }

  /** The API and the nodes say what is wrong; the intake says when to come back. */
  async function isRefused(name: Name, why: RegExp): Promise<void> {
    const { state, error } = await eventually(`${name} is in error`, async () => {
      const view = await viewOf(name);
      return view.state === 'error' && view;
    });
    assert.equal(state, 'error');
    assert.match(error ?? '', why);
    const response = await post(name, 1);
    assert.equal(response.status, 503);
    assert.ok(Number(response.headers.get('retry-after')) > 0);
    assert.match(await response.text(), why);
    for (const node of [`${name}-event`, `${name}-executor`]) {
      const { text } = await statuses.become(node, ({ fill }) => fill === 'red');
      assert.ok(text, node);
    }
    assert.ok(red.log.some((line) => line.includes(`registry ${name} one:`) && why.test(line)));
    await goesOn('sound');
  }

  before(async () => {
    receiver = await misbehavingServer();
    for (const name of ['frozen', 'tight']) disks.push(await smallDisk(join(dir, name), '3m'));
    red = await startNodeRed({ userDir, flows: [tab, ...names.flatMap(nodesOf)] });
    for (const name of names) await goesOn(name);
    const { items } = await red.get<{ items: { id: string; number: number }[] }>(
      'provisioning/registries/torn/handlers',
    );
    numbers = Object.fromEntries(items.map(({ id, number }) => [id, number]));
    await red.kill9();

    for (const name of ['damaged', 'newer'] as const) {
      const db = new DatabaseSync(file(name, 'journal.sqlite'));
      if (name === 'newer') db.exec('pragma user_version = 99');
      // The write-ahead log would mend what is done to the file.
      db.exec('pragma wal_checkpoint(truncate)');
      db.close();
    }
    overwrite(file('damaged', 'journal.sqlite'), 0, 'this is no database any more');
    const torn = readFileSync(file('torn', 'registry.json'), 'utf8');
    writeFileSync(file('torn', 'registry.json'), torn.slice(0, torn.length / 2));
    const newest = JSON.parse(readFileSync(file('newest', 'registry.json'), 'utf8'));
    writeFileSync(file('newest', 'registry.json'), JSON.stringify({ ...newest, version: 2 }));
    for (const [name, path] of [
      ['damaged', 'journal.sqlite'],
      ['torn', 'registry.json'],
      ['newer', 'journal.sqlite'],
      ['newest', 'registry.json'],
    ] as const) {
      harmed.set(name, readFileSync(file(name, path)));
    }
    await disks[0]?.makeReadOnly();
    red = await startNodeRed({ userDir });
    statuses = await followStatuses(red);
  });
  after(async () => {
    statuses?.close();
    await red?.kill9();
    await receiver.close();
    for (const disk of disks) await disk.unmount();
  });

  it('as a damaged journal is moved aside with all it holds, a new one is begun, and both are told', async () => {
    const { error } = await ready('damaged');
    const [moved] = aside('damaged', 'journal.sqlite');
    assert.ok(moved);
    assert.match(error ?? '', /journal\.sqlite was damaged and has been moved to .*: recover it/);
    assert.ok(error?.includes(moved));
    assert.deepEqual(readFileSync(file('damaged', moved)), harmed.get('damaged'));
    await statuses.become(
      'damaged-executor',
      ({ fill, text = '' }) => fill === 'red' && /damaged/.test(text),
    );
    await goesOn('damaged');
    await goesOn('sound');
  });

  it('as a damaged registry.json is moved aside, and handlers keep the numbers that the journal remembers', async () => {
    const { error } = await ready('torn');
    assert.match(error ?? '', /registry\.json was damaged and has been moved to/);
    const [moved] = aside('torn', 'registry.json');
    assert.ok(moved && error?.includes(moved));
    assert.deepEqual(readFileSync(file('torn', moved)), harmed.get('torn'));
    const { items } = await red.get<{ items: { id: string; number: number }[] }>(
      'provisioning/registries/torn/handlers',
    );
    assert.deepEqual(Object.fromEntries(items.map(({ id, number }) => [id, number])), numbers);
    await goesOn('torn');
  });

  it('as a journal of a newer version is refused, and not touched', async () => {
    await isRefused('newer', /written by a newer version.*update the package/);
    assert.deepEqual(readFileSync(file('newer', 'journal.sqlite')), harmed.get('newer'));
  });

  it('as a registry.json of a newer version is refused, and not touched', async () => {
    await isRefused('newest', /written by a newer version.*update the package/);
    assert.deepEqual(readFileSync(file('newest', 'registry.json')), harmed.get('newest'));
  });

  it('as a read-only folder is refused, and taken into use once it can be written', async () => {
    await isRefused(
      'frozen',
      /can not be written: check its owner, its permissions and whether the disk is read-only/,
    );
    await disks[0]?.makeWritable();
    await eventually('it is open', async () => (await viewOf('frozen')).state === 'ready', 15_000);
    await statuses.become('frozen-executor', ({ fill }) => fill !== 'red');
    assert.equal((await viewOf('frozen')).error, undefined);
    await goesOn('frozen');
  });

  it('as a full disk stops intake, and nothing that was accepted is lost when there is space again', async () => {
    const accepted: string[] = [];
    receiver.become(({ response }) => void setTimeout(() => response.end('ok'), 200));
    const ballast = file('tight', 'ballast');
    const large = { text: 'x'.repeat(50_000) };
    const full = await eventually('the disk is full', async () => {
      if (accepted.length >= 5) fill(ballast);
      const response = await post('tight', accepted.length, large);
      if (response.status !== 202) return response;
      accepted.push(((await response.json()) as { id: string }).id);
      return undefined;
    });
    assert.equal(full.status, 503);
    assert.ok(Number(full.headers.get('retry-after')) > 0);
    assert.match(await full.text(), /the disk is full: free some space/);
    await eventually('the API tells', async () =>
      /the disk is full/.test((await viewOf('tight')).error ?? ''),
    );
    for (const node of ['tight-event', 'tight-executor']) {
      await statuses.become(node, ({ fill, text = '' }) => fill === 'red' && /full/.test(text));
    }
    await goesOn('sound');

    rmSync(ballast);
    for (const id of accepted) await eventually(`${id} is delivered`, () => delivered(id) === 2, 20_000);
    await eventually('the trouble is over', async () => (await viewOf('tight')).error === undefined);
    for (const node of ['tight-event', 'tight-executor']) {
      await statuses.become(node, ({ fill }) => fill !== 'red');
    }
    await goesOn('tight');
    assert.deepEqual(
      accepted.map(delivered),
      accepted.map(() => 2),
    );
    receiver.become(({ response }) => void response.end('ok'));
  });

  it('as a folder in use by another process is left to that one, and taken over when that has ended', async () => {
    const first = { red, statuses };
    const flows = await red.flows();
    red = await startNodeRed({ flows, settings: { provisioning: { dir } } });
    statuses = await followStatuses(red);
    try {
      const { error } = await eventually('it is refused', async () => {
        const view = await viewOf('damaged');
        return view.state === 'error' && view;
      });
      assert.match(error ?? '', /is in use by another process: stop the other Node-RED/);
      assert.equal((await post('damaged', 1)).status, 503);
      await statuses.become('damaged-executor', ({ fill, text = '' }) => fill === 'red' && text.length > 0);
      assert.equal((await first.red.node('/damaged', postJson(envelope(1)))).status, 202);
    } finally {
      first.statuses.close();
      await first.red.kill9();
    }
    await eventually('it takes over', async () => (await viewOf('damaged')).state === 'ready', 15_000);
    await goesOn('damaged');
  });
});

function overwrite(path: string, offset: number, text: string): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, text, offset);
  closeSync(fd);
}

/** Leaves no byte free on the disk. */
function fill(path: string): void {
  const fd = openSync(path, 'a');
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(fd);
  }
}
