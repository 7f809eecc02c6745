import type { Node, NodeMessageInFlow, NodeStatus } from 'node-red';
import { InvalidInput } from '../engine/words/errors.ts';

/**
 * Runs a node's work on each message. Whatever it throws becomes the node's status and `done(error)`, once:
 * an error that escaped an asynchronous listener would end Node-RED.
 * @param show how the canvas tells of it
 */
export function onInput<TMessage extends NodeMessageInFlow>(
  node: Node,
  work: (msg: TMessage) => Promise<void>,
  show: (problem: Error) => void = ({ message }) => node.status(errorStatus(message)),
): void {
  node.on('input', (msg, _send, done) => {
    work(msg as TMessage).then(
      () => done(),
      (error) => {
        const problem = error instanceof Error ? error : new Error(String(error));
        show(problem);
        done(problem);
      },
    );
  });
}

/** A credential that the editor never gets to see again. */
export const password = { type: 'password' } as const;

/** What a node has begun ends with it. @param ends nothing where it has not begun */
export function onClose(node: Node, ...ends: ((() => void) | undefined)[]): void {
  node.on('close', () => {
    for (const end of ends) end?.();
  });
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
    node.status(errorStatus(error.message));
    onInput(node, () => Promise.reject(error));
    refused(error);
    return null;
  }
}

/** A red ring with the first words of what is wrong. */
export function errorStatus(problem: string): NodeStatus {
  return { fill: 'red', shape: 'ring', text: problem.length > 60 ? `${problem.slice(0, 59)}…` : problem };
}
