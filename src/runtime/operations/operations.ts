import type { OperationName } from '../../engine/words/operation.ts';
import { cancelAll, cancelExecution } from './cancels.ts';
import { deliverMissed, replayEvents } from './event-replays.ts';
import { closeCircuit, handlers, switchHandler } from './handlers.ts';
import { event, events, execution, executions, failures, stats } from './log.ts';
import type { Operation } from './operation.ts';
import { catalogue, hold, registry, release } from './registry.ts';
import { replayAll, replayEvent, replayExecution, replays, stopReplay } from './replays.ts';

/**
 * What each operation does. A new one is named in `operationKinds`, stands here, and gets its route in
 * `operationRoutes`.
 */
export const operations: Readonly<Record<OperationName, Operation>> = {
  registry,
  catalogue,
  handlers,
  executions,
  execution,
  events,
  event,
  stats,
  failures,
  replays,
  switch: switchHandler,
  hold,
  release,
  'replay-execution': replayExecution,
  'replay-event': replayEvent,
  'replay-all': replayAll,
  'replay-events': replayEvents,
  'deliver-missed': deliverMissed,
  'stop-replay': stopReplay,
  'cancel-execution': cancelExecution,
  'cancel-all': cancelAll,
  'close-circuit': closeCircuit,
};
