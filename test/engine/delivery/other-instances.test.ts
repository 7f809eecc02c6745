import assert from 'node:assert/strict';
import type { BulkReplays } from '../../../src/engine/delivery/bulk-replays.ts';
import { followOtherInstances } from '../../../src/engine/delivery/other-instances.ts';
import { Publisher } from '../../../src/engine/delivery/publisher.ts';
import type { Instances } from '../../../src/engine/store/instances.ts';
import type { ExecutionLog } from '../../../src/engine/store/log.ts';
import type { EventDetails } from '../../../src/engine/words/admin-answers.ts';
import { Conflict, NotFound, Unavailable } from '../../../src/engine/words/errors.ts';
import { Ids } from '../../../src/engine/words/ids.ts';

describe('a message whose first pass another instance has run', () => {
  let publisher: Publisher;
  let look: () => Promise<void>;
  let read: () => Promise<EventDetails>;
  let errors: unknown[];
  let goneOn: boolean;

  beforeEach(() => {
    publisher = new Publisher('registry', (error) => assert.fail(String(error)));
    publisher.open();
    errors = [];
    goneOn = false;
    let onLook = () => undefined as unknown;
    const instances = {
      onLook: (tell: () => void) => (onLook = tell),
      passed: async (events: readonly number[]) => events.map((event) => ({ event, goneOn })),
      claimReplays: async () => [],
    };
    followOtherInstances({
      instances: instances as unknown as Instances,
      publisher,
      bulkReplays: { pausing: undefined } as unknown as BulkReplays,
      ids: new Ids('tag'),
      log: { event: () => read() } as unknown as ExecutionLog,
      onError: (error) => errors.push(error),
    });
    look = async () => {
      onLook();
      await new Promise((resolve) => setImmediate(resolve));
    };
  });

  const settled = { id: 'ev-tag-1', status: 'succeeded', executions: [] } as unknown as EventDetails;

  it('waits until the log can be read again', async () => {
    read = async () => assert.fail(new Unavailable('the database can not be reached'));
    const passed = publisher.firstPassOf(1, 10);
    for (let looks = 0; looks < 3; looks += 1) await look();
    assert.deepEqual(publisher.heldEvents(), [1]);
    read = async () => settled;
    await look();
    assert.equal((await passed).status, 'succeeded');
    assert.deepEqual(errors, []);
  });

  it('is refused when nobody knows the event any more', async () => {
    read = async () => assert.fail(new NotFound('there is no event ev-tag-1'));
    const refused = assert.rejects(publisher.firstPassOf(1, 10), NotFound);
    for (let looks = 0; looks < 2; looks += 1) await look();
    await refused;
  });

  it('is refused when this one was dead for the other, which has sent one', async () => {
    goneOn = true;
    read = async () => settled;
    const refused = assert.rejects(publisher.firstPassOf(1, 10), (error) => {
      assert.ok(error instanceof Conflict);
      return /^another instance has gone on with ev-tag-1, and sent its message/.test(error.message);
    });
    for (let looks = 0; looks < 2; looks += 1) await look();
    await refused;
    assert.deepEqual(publisher.heldEvents(), []);
  });
});
