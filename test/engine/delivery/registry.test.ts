import assert from 'node:assert/strict';
import { Registry, snapshotOf } from '../../../src/engine/delivery/registry.ts';
import { Switches } from '../../../src/engine/delivery/switches.ts';
import {
  FileBook,
  type OpenRegistryFile,
  type RegistryData,
} from '../../../src/engine/store/sqlite/registry-file.ts';
import type { Target } from '../../../src/engine/targets/target.ts';
import { Conflict, NotFound } from '../../../src/engine/words/errors.ts';
import { type Handler, handlerSchema } from '../../../src/engine/words/handler.ts';
import { parse } from '../../../src/engine/words/parse.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

const handler = (id: string, properties: object = {}): Handler =>
  parse('handler', handlerSchema, {
    id,
    handlerType: 'flow',
    name: id,
    events: ['clients.*'],
    ...properties,
  });

/** A registry's file in memory, which remembers what was saved. */
class FakeFile implements OpenRegistryFile {
  readonly notice = null;
  readonly data: RegistryData = { version: 1, lastNumber: 0, numbers: {}, overrides: {} };
  saved: RegistryData = structuredClone(this.data);
  full = false;

  async save(): Promise<void> {
    if (this.full) throw new Error('no space left');
    this.saved = structuredClone(this.data);
  }
}

/** Makes targets, and knows which are closed. */
class FakeTargets {
  readonly made: string[] = [];
  readonly closed: string[] = [];

  readonly make = ({ id }: Handler): Target => {
    const description = `${id}${this.made.filter((one) => one.startsWith(id)).length + 1}`;
    this.made.push(description);
    return {
      description,
      call: () => assert.fail('nobody is called'),
      close: async () => void this.closed.push(description),
    };
  };
}

describe('a registry', () => {
  let file: FakeFile;
  let targets: FakeTargets;
  let registry: Registry;
  let time: VirtualTime;
  beforeEach(() => {
    file = new FakeFile();
    targets = new FakeTargets();
    const book = new FileBook(file);
    time = new VirtualTime();
    time.set(Date.parse('2026-01-31T12:00:00Z'));
    registry = new Registry(book, new Switches(book, time, assert.fail), targets.make);
  });
  const numbers = () => Object.fromEntries(registry.list().map(({ config, number }) => [config.id, number]));
  const callable = (type: string) => registry.listenersOf(type).callable.map(({ config }) => config.id);
  const disable = (id: string) =>
    registry.switch(id, 'disabled', { by: 'ann', reason: 'noise', until: null });
  const enable = (id: string) => registry.switch(id, 'enabled', { by: 'bob', reason: null, until: null });

  it('is empty until handlers are put in force', () => {
    assert.deepEqual([registry.list(), callable('clients.create')], [[], []]);
  });

  describe('numbers', () => {
    it('are given in the order of first deploy, not of the chain', async () => {
      await registry.replace([handler('b', { priority: 20 }), handler('a', { priority: 1 })]);
      assert.deepEqual(numbers(), { a: 2, b: 1 });
      assert.deepEqual(
        registry.list().map(({ config }) => config.id),
        ['a', 'b'],
      );
    });

    it('stay with their handlers, and are never given again', async () => {
      await registry.replace([handler('a'), handler('b')]);
      await registry.replace([handler('c'), handler('a')]);
      await registry.replace([handler('d'), handler('b'), handler('c')]);
      assert.deepEqual(numbers(), { b: 2, c: 3, d: 4 });
      assert.deepEqual(file.saved.numbers, { a: 1, b: 2, c: 3, d: 4 });
    });

    it('are saved by the next deploy when they could not be saved by this one', async () => {
      file.full = true;
      await assert.rejects(registry.replace([handler('a')]), /no space left/);
      assert.deepEqual(numbers(), { a: 1 });
      file.full = false;
      await registry.replace([handler('a')]);
      assert.deepEqual(file.saved.numbers, { a: 1 });
    });
  });

  describe('listeners to an event type', () => {
    it('are the enabled handlers whose patterns match, in chain order', async () => {
      await registry.replace([
        handler('late', { priority: 20 }),
        handler('all', { priority: 5, events: ['*'] }),
        handler('exact', { events: ['importd.process_failed', 'clients.create'] }),
        handler('other', { events: ['importd.*'] }),
        handler('none', { events: [] }),
      ]);
      assert.deepEqual(callable('clients.create'), ['all', 'exact', 'late']);
      assert.deepEqual(callable('importd.process_success'), ['all', 'other']);
    });

    it('are told apart from those that miss it because they are disabled', async () => {
      await registry.replace([
        handler('on'),
        handler('off', { handlerStatus: 'disabled' }),
        handler('gone', { handlerStatus: 'archived' }),
      ]);
      assert.deepEqual(callable('clients.create'), ['on']);
      assert.deepEqual(registry.listenersOf('clients.create').missed, ['off']);
      assert.deepEqual(registry.listenersOf('importd.process_failed').missed, []);
    });

    it('are those of the latest deploy and switch', async () => {
      await registry.replace([handler('a')]);
      assert.deepEqual(callable('clients.create'), ['a']);
      await registry.replace([handler('b'), handler('c')]);
      assert.deepEqual(callable('clients.create'), ['b', 'c']);
      await disable('b');
      assert.deepEqual(callable('clients.create'), ['c']);
    });

    it('are right for more event types than are remembered', async () => {
      await registry.replace([handler('a', { events: ['*'] }), handler('b', { events: ['x.1999'] })]);
      for (let type = 0; type < 2000; type += 1) callable(`x.${type}`);
      assert.deepEqual([callable('x.0'), callable('x.1999')], [['a'], ['a', 'b']]);
    });
  });

  describe('a deploy', () => {
    it('keeps the target of a handler that has not changed', async () => {
      await registry.replace([handler('a'), handler('b')]);
      await registry.replace([handler('b'), handler('a')]);
      assert.deepEqual([targets.made, targets.closed], [['a1', 'b1'], []]);
    });

    it('makes the target of a changed handler anew, and closes the one before', async () => {
      await registry.replace([handler('a'), handler('b')]);
      await registry.replace([handler('a', { timeoutSeconds: 1 }), handler('b')]);
      assert.equal(registry.find('a')?.target.description, 'a2');
      assert.deepEqual(targets.closed, ['a1']);
    });

    it('closes the target of a handler that is gone', async () => {
      await registry.replace([handler('a'), handler('b')]);
      await registry.replace([handler('b')]);
      assert.deepEqual([registry.find('a'), targets.closed], [undefined, ['a1']]);
    });

    it('is in force although its numbers can not be saved', async () => {
      file.full = true;
      await assert.rejects(registry.replace([handler('a')]));
      assert.deepEqual(callable('clients.create'), ['a']);
    });
  });

  describe('a switch by an operator', () => {
    const kept = { status: 'disabled', by: 'ann', at: '2026-01-31T12:00:00.000Z', reason: 'noise' };
    const said = { ...kept, until: null };

    it('is in force at once, and says who, when and why', async () => {
      await registry.replace([handler('a')]);
      await disable('a');
      const { status, override, config } = registry.find('a') ?? assert.fail('the handler is missing');
      assert.deepEqual([status, config.handlerStatus, override], ['disabled', 'enabled', said]);
      assert.deepEqual({ ...file.saved.overrides }, { a: kept });
      assert.deepEqual(targets.made, ['a1']);
    });

    it('back to the configured status removes the override', async () => {
      await registry.replace([handler('a')]);
      await disable('a');
      await enable('a');
      assert.deepEqual([registry.find('a')?.status, registry.find('a')?.override], ['enabled', null]);
      assert.deepEqual({ ...file.saved.overrides }, {});
    });

    it('enables a handler that the flow has disabled', async () => {
      await registry.replace([handler('a', { handlerStatus: 'disabled' })]);
      await enable('a');
      assert.deepEqual(callable('clients.create'), ['a']);
    });

    it('outlives a deploy that says nothing else', async () => {
      await registry.replace([handler('a')]);
      await disable('a');
      await registry.replace([handler('a', { priority: 1 })]);
      assert.deepEqual(registry.find('a')?.override, said);
    });

    it('outlives the absence of its handler', async () => {
      await registry.replace([handler('a')]);
      await disable('a');
      await registry.replace([]);
      await registry.replace([handler('a')]);
      assert.equal(registry.find('a')?.status, 'disabled');
    });

    it('is removed by a deploy whose configuration says the same', async () => {
      await registry.replace([handler('a')]);
      await disable('a');
      await registry.replace([handler('a', { handlerStatus: 'disabled' })]);
      assert.equal(registry.find('a')?.override, null);
      await registry.replace([handler('a')]);
      assert.equal(registry.find('a')?.status, 'enabled');
      assert.deepEqual({ ...file.saved.overrides }, {});
    });

    it('of an archived handler is refused: its dialog does that', async () => {
      await registry.replace([handler('a', { handlerStatus: 'archived' })]);
      const refusal = enable('a');
      await assert.rejects(
        refusal,
        (error) =>
          error instanceof Conflict && /"a" is archived: change its status in its dialog/.test(error.message),
      );
      assert.equal(registry.find('a')?.status, 'archived');
    });

    it('does not outdo an archiving', async () => {
      await registry.replace([handler('a', { handlerStatus: 'disabled' })]);
      await enable('a');
      await registry.replace([handler('a', { handlerStatus: 'archived' })]);
      assert.deepEqual([registry.find('a')?.status, registry.find('a')?.override], ['archived', null]);
    });

    it('of a handler that is not deployed is refused', async () => {
      await assert.rejects(
        disable('a'),
        (error) => error instanceof NotFound && /no handler a /.test(error.message),
      );
    });

    it('is in force although it can not be saved', async () => {
      await registry.replace([handler('a')]);
      file.full = true;
      await assert.rejects(disable('a'), /no space left/);
      assert.equal(registry.find('a')?.status, 'disabled');
    });
  });

  it('tells what a take fixes of a handler', async () => {
    await registry.replace([handler('a', { name: 'CRM', priority: 3 })]);
    const [registered = assert.fail('the handler is missing')] = registry.list();
    assert.deepEqual(snapshotOf(registered), { id: 'a', number: 1, name: 'CRM', type: 'flow', priority: 3 });
  });

  it('closes the targets of all handlers', async () => {
    await registry.replace([handler('a'), handler('b')]);
    await registry.close();
    assert.deepEqual(targets.closed, ['a1', 'b1']);
  });
});
