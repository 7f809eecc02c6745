import type { Node, NodeMessageInFlow, NodeStatus } from 'node-red';
import { InvalidInput, ProvisioningError } from '../engine/words/errors.ts';

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

/**
 * What a node makes of its saved configuration. Where that can't be used, the node says so, and each message that
 * arrives is an error: nothing of it is done by halves.
 * @param refused is told of the error
 */
export function configured<T>(
  node: Node,
  read: () => T,
  refused: (error: InvalidInput) => void = () => undefined,
): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    node.error(error.message);
    node.status(errorStatus(error));
    onInput(node, () => Promise.reject(error));
    refused(error);
    return null;
  }
}

/** A red ring with the first words of what is wrong. */
export function errorStatus(error: unknown): NodeStatus {
  const text =
    error instanceof ProvisioningError ? error.message : String((error as Error)?.message ?? error);
  return { fill: 'red', shape: 'ring', text: text.length > 60 ? `${text.slice(0, 59)}…` : text };
}
