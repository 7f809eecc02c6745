import type { Node, NodeAPI, NodeDef } from 'node-red';
import { listensTo } from '../src/engine/words/event-type.ts';
import { logConfigOf } from '../src/runtime/log-config.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { configured, errorStatus, onClose } from '../src/runtime/node-outcome.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';

interface SavedLog extends NodeDef {
  readonly registry: string;
}

/** Sends a message for each execution of the chosen handlers, events and statuses, and for each circuit that turns. */
export default function provisioningLog(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);

  function ProvisioningLog(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const config = configured(this, () => logConfigOf(migrate('log', def)));
    if (!config) return;
    const { registry } = def as SavedLog;
    const unobserveProblem = provisioning.observeProblem(registry, (problem) =>
      this.status(problem === null ? {} : errorStatus(problem)),
    );
    const news = provisioning.engine(registry)?.news;
    const { events, handlers, statuses, circuits } = config;
    const chosen = (handler: string) => handlers.length === 0 || handlers.includes(handler);
    const toldOf = (eventType: string) =>
      events.length === 0 || events.some((pattern) => listensTo(pattern, eventType));
    const unobserve = news?.observe((row) => {
      const { status, handler, eventType, passedBy } = row;
      // What passed a handler by did not go wrong: whoever wants alerts of what was skipped does not want these.
      if (!passedBy && statuses.some((one) => one === status) && chosen(handler.id) && toldOf(eventType))
        this.send({ topic: eventType, payload: row });
    });
    const unobserveCircuits = news?.observeCircuits((payload) => {
      if (circuits && chosen(payload.handler.id)) this.send({ topic: 'circuit', payload });
    });
    onClose(this, unobserveProblem, unobserve, unobserveCircuits);
  }
  RED.nodes.registerType('provisioning-log', ProvisioningLog);
}
