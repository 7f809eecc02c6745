import type { Node, NodeAPI, NodeDef } from 'node-red';
import { listensTo } from '../src/engine/handler.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';

interface SavedLog extends NodeDef {
  readonly registry: string;
  /** Event types or patterns; none: all. */
  readonly events?: readonly string[];
  /** Ids of handlers; none: all. */
  readonly handlers?: readonly string[];
  readonly statuses?: readonly string[];
  readonly circuits?: boolean;
}

/** Sends a message for each execution of the chosen handlers, events and statuses, and for each circuit that turns. */
export default function provisioningLog(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);

  function ProvisioningLog(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const {
      registry,
      events = [],
      handlers = [],
      statuses = ['failed'],
      circuits = true,
    } = migrate('log', def as SavedLog);
    const detach = provisioning.observe(registry, (row) => {
      if (!statuses.includes(row.status)) return;
      if (handlers.length > 0 && !handlers.includes(row.handler.id)) return;
      if (events.length > 0 && !events.some((pattern) => listensTo(pattern, row.eventType))) return;
      this.send({ topic: row.eventType, payload: row });
    });
    const detachCircuits = provisioning.observeCircuits(registry, (payload) => {
      const chosen = handlers.length === 0 || handlers.includes(payload.handler.id);
      if (circuits && chosen && payload.state !== 'probing') this.send({ topic: 'circuit', payload });
    });
    this.on('close', () => {
      detach();
      detachCircuits();
    });
  }
  RED.nodes.registerType('provisioning-log', ProvisioningLog);
}
