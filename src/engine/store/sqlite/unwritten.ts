import type { Operation } from './writer/protocol.ts';

/** By folder: what came of calls, and is to be written first when the folder is opened again. */
const handedOver = new Map<string, Operation[]>();

/** What speaks of what has happened, and can not be had again. */
const kept: ReadonlySet<Operation['name']> = new Set(['endTurn', 'saveCircuit']);

/**
 * What came of calls that were made, and that a lost writer could not write any more. It may have been written: its
 * answer is what is missing. The next writer of the folder knows, and writes the rest, so that nobody is called again.
 */
export class Unwritten {
  readonly #folder: string;
  #closed = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(operation: Operation): void {
    if (this.#closed || !kept.has(operation.name)) return;
    handedOver.set(this.#folder, [...(handedOver.get(this.#folder) ?? []), operation]);
  }

  /** Too late for it: the folder may have been opened again. */
  close(): void {
    this.#closed = true;
  }
}

export function takeUnwritten(folder: string): readonly Operation[] {
  const operations = handedOver.get(folder) ?? [];
  handedOver.delete(folder);
  return operations;
}
