import type { Node, NodeAPI, NodeDef } from 'node-red';
import { InvalidInput } from '../src/engine/words/errors.ts';
import { listensTo } from '../src/engine/words/event-type.ts';
import { type LogConfig, logConfigOf } from '../src/runtime/log-config.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { configured, errorStatus } from '../src/runtime/node-outcome.ts';
import { type Provisioning, provisioningOf } from '../src/runtime/provisioning.ts';

interface SavedLog extends NodeDef {
  readonly registry: string;
}

/** Sends a message for each execution of the chosen handlers, events and statuses, and for each circuit that turns. */
export default function provisioningLog(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);

  function ProvisioningLog(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const saved = configured(this, () => migrate('log', def as SavedLog));
    if (!saved) return;
    try {
      const ends = listen(this, provisioning, saved.registry, logConfigOf(saved));
      this.on('close', () => {
        for (const end of ends) end();
      });
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      this.error(error.message);
      this.status(errorStatus(error));
    }
  }
  RED.nodes.registerType('provisioning-log', ProvisioningLog);
}

/** @returns what ends it */
function listen(
  node: Node,
  provisioning: Provisioning,
  registry: string,
  { events, handlers, statuses, circuits }: LogConfig,
): (() => void)[] {
  const chosen = (handler: string) => handlers.length === 0 || handlers.includes(handler);
  const toldOf = (eventType: string) =>
    events.length === 0 || events.some((pattern) => listensTo(pattern, eventType));
  const executions = provisioning.observe(registry, (row) => {
    const { status, handler, eventType } = row;
    if (statuses.some((one) => one === status) && chosen(handler.id) && toldOf(eventType))
      node.send({ topic: eventType, payload: row });
  });
  const turns = provisioning.observeCircuits(registry, (payload) => {
    if (circuits && chosen(payload.handler.id)) node.send({ topic: 'circuit', payload });
  });
  return [executions, turns];
}
