import type { Instances } from '../store/instances.ts';
import type { ExecutionLog } from '../store/log.ts';
import { Conflict } from '../words/errors.ts';
import type { BulkReplays } from './bulk-replays.ts';
import type { Context } from './context.ts';
import type { Publisher } from './publisher.ts';

interface Options extends Pick<Context, 'ids' | 'onError'> {
  readonly instances: Instances;
  readonly log: Pick<ExecutionLog, 'event' | 'executions' | 'replays'>;
  readonly publisher: Publisher;
  readonly bulkReplays: BulkReplays;
}

/** Messages that are asked about at a time, the oldest ones, and executions that are told of. */
const mostHeld = 2000;
const mostTold = 200;

/** What follows here from what other instances do, each time that it is looked at. */
export function followOtherInstances({
  instances,
  publisher,
  bulkReplays,
  ids,
  log,
  onError,
}: Options): void {
  /** Over when this was looked at last: what is over here is told of before it is looked at again. */
  let passed: ReadonlySet<number> = new Set();

  /**
   * Another one may run the first pass of an event whose message is here, where this one has no slot of a handler, or
   * not that handler: the message goes on once that is over. Where this one was taken for dead meanwhile, a message
   * made anew has gone on there.
   */
  async function letHeldGo(): Promise<void> {
    const held = publisher.heldEvents().slice(0, mostHeld);
    const before = passed;
    const now = held.length > 0 ? await instances.passed(held) : [];
    passed = new Set(now.map(({ event }) => event));
    const over = now.filter(({ event }) => before.has(event));
    for (const { event, goneOn } of over) if (goneOn) publisher.refuseHeld(event, sentElsewhere(event));
    await publisher.tellHeld(
      ids,
      log,
      over.filter(({ goneOn }) => !goneOn).map(({ event }) => event),
      true,
    );
  }

  function sentElsewhere(event: number): Conflict {
    return new Conflict(
      `another instance has gone on with ${ids.event(event)}, and sent its message: this one was taken for dead`,
    );
  }

  /** As far as somebody shows it. */
  async function tellChanges(): Promise<void> {
    if (!publisher.observesElsewhere) return;
    const changed = (await instances.changedElsewhere()).slice(0, mostTold);
    if (changed.length === 0) return;
    const which = { ids: changed.map((seq) => ids.execution(seq)) };
    const { items } = await log.executions(which, { limit: mostTold });
    publisher.tellElsewhere(items.toReversed());
  }

  async function goOnWithReplays(): Promise<void> {
    for (const replay of await instances.claimReplays()) bulkReplays.adopt(replay);
  }

  /** Another one may have stopped what waits here for its rate, perhaps for long. */
  async function makeWayForReplays(): Promise<void> {
    const { pausing } = bulkReplays;
    if (pausing === undefined) return;
    const replay = (await log.replays()).find(({ id }) => id === pausing);
    if (replay && replay.status !== 'running') bulkReplays.stopPausing(pausing);
  }

  let looking = false;
  instances.onLook(() => {
    if (looking) return;
    looking = true;
    Promise.all([letHeldGo(), tellChanges(), goOnWithReplays(), makeWayForReplays()])
      .catch(onError)
      .finally(() => {
        looking = false;
      });
  });
}
