import type { Node, NodeMessageInFlow, NodeStatus } from 'node-red';
import { ProvisioningError } from '../engine/errors.ts';

type Send = (msg: NodeMessageInFlow | (NodeMessageInFlow | null)[]) => void;
type Done = (error?: Error) => void;

/** What a node does with a message; it throws what is wrong with it. */
export type Work<TMessage extends NodeMessageInFlow> = (msg: TMessage, send: Send) => Promise<void>;

/**
 * Runs a node's work on each message. Whatever it throws becomes the node's status and `done(error)`, once:
 * an error that escaped an asynchronous listener would end Node-RED.
 */
export function onInput<TMessage extends NodeMessageInFlow>(node: Node, work: Work<TMessage>): void {
  node.on('input', (msg, send, done) => {
    work(msg as TMessage, send as Send).then(
      () => done(),
      (error) => fail(node, error, done),
    );
  });
}

function fail(node: Node, error: unknown, done: Done): void {
  const problem = error instanceof Error ? error : new Error(String(error));
  node.status(errorStatus(problem));
  done(problem);
}

/** A red ring with the first words of what is wrong. */
export function errorStatus(error: unknown): NodeStatus {
  const text =
    error instanceof ProvisioningError ? error.message : String((error as Error)?.message ?? error);
  return { fill: 'red', shape: 'ring', text: text.length > 60 ? `${text.slice(0, 59)}…` : text };
}
