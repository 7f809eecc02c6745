import type { Operation } from './writer/protocol.ts';

/** By folder: what came of calls, and is to be written first when the folder is opened again. */
const handedOver = new Map<string, Operation[]>();

/** What speaks of what has happened, and can not be had again. */
const kept: ReadonlySet<Operation['name']> = new Set(['endTurn', 'saveCircuit']);

/**
 * Keeps what came of a call that was made, and that a lost writer could not write any more. It may have been written:
 * its answer is what is missing. The next writer of the folder knows, and writes the rest, so that nobody is called
 * again.
 */
export function keepUnwritten(folder: string, operation: Operation): void {
  if (kept.has(operation.name)) handedOver.set(folder, [...(handedOver.get(folder) ?? []), operation]);
}

export function takeUnwritten(folder: string): readonly Operation[] {
  const operations = handedOver.get(folder) ?? [];
  handedOver.delete(folder);
  return operations;
}
