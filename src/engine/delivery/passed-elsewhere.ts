import type { Instances } from '../store/instances.ts';
import type { ExecutionLog } from '../store/log.ts';
import type { Context } from './context.ts';
import type { Publisher } from './publisher.ts';

interface Options extends Pick<Context, 'ids' | 'onError'> {
  readonly instances: Instances;
  readonly log: Pick<ExecutionLog, 'event'>;
  readonly publisher: Publisher;
}

/** Messages that are asked about at a time, the oldest ones. */
const most = 2000;

/**
 * Another instance may run the first pass of an event whose message is here, where this one has no slot of a handler,
 * or not that handler: the message goes on once that is over.
 */
export function passedElsewhereOn({ instances, publisher, ids, log, onError }: Options): void {
  /** Over when this was looked at last: what is over here is told of before it is looked at again. */
  let passed: ReadonlySet<number> = new Set();
  let looking = false;

  async function look(): Promise<void> {
    const held = publisher.heldEvents().slice(0, most);
    const before = passed;
    passed = new Set(held.length > 0 ? await instances.passed(held) : []);
    await publisher.tellHeld(
      ids,
      log,
      [...passed].filter((event) => before.has(event)),
    );
  }

  instances.onLook(() => {
    if (looking || instances.list().length < 2) return;
    looking = true;
    look()
      .catch(onError)
      .finally(() => {
        looking = false;
      });
  });
}
