import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { migrate } from '../src/runtime/migrations.ts';
import { configured, onClose, onInput } from '../src/runtime/node-outcome.ts';
import { operations } from '../src/runtime/operations/operations.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';
import { ask } from '../src/runtime/query/ask.ts';
import { flatRows, nextCursorOf } from '../src/runtime/query/flat-rows.ts';
import { queryConfigOf } from '../src/runtime/query/query-config.ts';
import { QueryStatus } from '../src/runtime/query/query-status.ts';
import type { Question } from '../src/runtime/query/question.ts';
import { Refusal } from '../src/runtime/query/refusal.ts';

interface SavedQuery extends NodeDef {
  readonly registry: string;
}

interface QueryMessage extends NodeMessageInFlow, Pick<Question, 'operation' | 'by'> {
  nextCursor?: unknown;
  statusCode?: number;
}

/** Answers what messages ask of a registry, and does with it what they say and its author grants. */
export default function provisioningQuery(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);

  function ProvisioningQuery(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const config = configured(this, () => queryConfigOf(migrate('query', def)));
    if (!config) return;
    const { registry } = def as SavedQuery;
    const status = new QueryStatus(RED, this);
    const unobserve = provisioning.observeProblem(registry, (problem) => status.problem(problem));
    onInput<QueryMessage>(
      this,
      async (msg) => {
        try {
          const answered = await ask(RED, { node: this.id, registry, ...config }, msg);
          const { operation, answer } = answered;
          status.answered(answered);
          if (config.flat) {
            msg.payload = flatRows(operations[operation].columns, answer);
            msg.nextCursor = nextCursorOf(answer);
          } else {
            msg.payload = RED.util.cloneMessage(answer as NodeMessageInFlow);
          }
        } catch (error) {
          // An http response node behind a Catch node answers with it.
          if (error instanceof Refusal) msg.statusCode = error.statusCode;
          throw error;
        }
        // A deploy may have replaced this node meanwhile: the message leaves by the one that now has its id.
        (RED.nodes.getNode(this.id) ?? this).send(msg);
      },
      status.refused,
    );
    onClose(this, unobserve, status.end);
  }
  RED.nodes.registerType('provisioning-query', ProvisioningQuery);
}
