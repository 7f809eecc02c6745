import { z } from 'zod';
import { isRecord } from '../../engine/words/absent.ts';
import type { OperationName } from '../../engine/words/operation.ts';
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

  const change = (name: OperationName, operation = operations[name]) => [name, telling(operation)] as const;
  const switched = (sent: unknown) => (isRecord(sent) && sent['status'] === 'enabled' ? 'release' : 'hold');

  routes.patch('/registries/:registry', switched, telling(switchRegistry));
  routes.patch('/registries/:registry/handlers/:handler', ...change('switch'));
  routes.post('/registries/:registry/handlers/:handler/circuit', ...change('close-circuit', closeCircuit));

  routes.post('/registries/:registry/executions/:execution/replay', ...change('replay-execution'));
  routes.post('/registries/:registry/events/:event/replay', ...change('replay-event'));
  routes.post('/registries/:registry/events/replay', ...change('replay-events'));
  routes.post('/registries/:registry/handlers/:handler/deliver', ...change('deliver-missed'));
  routes.post('/registries/:registry/replay', ...change('replay-all'));
  routes.post('/registries/:registry/replays/:replay/cancel', ...change('stop-replay'));

  routes.post('/registries/:registry/executions/:execution/cancel', ...change('cancel-execution'));
  routes.post('/registries/:registry/cancel', ...change('cancel-all'));
}
