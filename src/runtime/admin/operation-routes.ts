import { z } from 'zod';
import { parse } from '../../engine/words/parse.ts';
import type { Operation } from '../operations/operation.ts';
import { operations } from '../operations/operations.ts';
import { switchRegistry } from '../operations/registry.ts';
import type { Provisioning } from '../provisioning.ts';
import type { AdminRequest, Routes, Work } from './routes.ts';

const closedSchema = z.strictObject({
  state: z.literal('closed', { error: 'must be "closed": circuits are opened by failures only' }),
});

/** Answered as the admin API has it, with a body that says what the path has said already. */
const closeCircuit: Operation = {
  ...operations['close-circuit'],
  parse: (given) => parse('body', closedSchema, given),
};

/** What query nodes do too. The path names the registry and what it is about; query or body hold the parameters. */
export function operationRoutes(routes: Routes, provisioning: Provisioning): void {
  const working =
    (given: (request: AdminRequest) => unknown) =>
    (operation: Operation): Work =>
    async (request) => {
      const { on, parse } = operation;
      const engine = request.engine();
      const scope = { provisioning, engine, id: on ? request.param(on) : '', by: request.user };
      return operation.run(scope, parse?.(await given(request)));
    };
  const asking = working(({ query }) => query);
  const telling = working((request) => request.json());

  routes.get('/registries/:registry/catalogue', asking(operations.catalogue));
  routes.get('/registries/:registry/handlers', asking(operations.handlers));
  routes.get('/registries/:registry/executions', asking(operations.executions));
  routes.get('/registries/:registry/executions/:execution', asking(operations.execution));
  routes.get('/registries/:registry/events', asking(operations.events));
  routes.get('/registries/:registry/events/:event', asking(operations.event));
  routes.get('/registries/:registry/stats', asking(operations.stats));
  routes.get('/registries/:registry/failures', asking(operations.failures));
  routes.get('/registries/:registry/replays', asking(operations.replays));

  routes.patch('/registries/:registry', telling(switchRegistry));
  routes.patch('/registries/:registry/handlers/:handler', telling(operations.switch));
  routes.post('/registries/:registry/handlers/:handler/circuit', telling(closeCircuit));

  routes.post('/registries/:registry/executions/:execution/replay', telling(operations['replay-execution']));
  routes.post('/registries/:registry/events/:event/replay', telling(operations['replay-event']));
  routes.post('/registries/:registry/events/replay', telling(operations['replay-events']));
  routes.post('/registries/:registry/handlers/:handler/deliver', telling(operations['deliver-missed']));
  routes.post('/registries/:registry/replay', telling(operations['replay-all']));
  routes.post('/registries/:registry/replays/:replay/cancel', telling(operations['stop-replay']));

  routes.post('/registries/:registry/executions/:execution/cancel', telling(operations['cancel-execution']));
  routes.post('/registries/:registry/cancel', telling(operations['cancel-all']));
}
