import type { Guard } from './guard.ts';

/** An event node that receives at a path. */
export interface Receiver {
  /** The event node's id. */
  readonly node: string;
  readonly label: string;
  readonly registry: string;
  readonly guard: Guard;
  /** Its turn at the path, or who has it instead; told when flows have started and it changed. */
  onPlace(first: Receiver): void;
}

interface Entry {
  readonly receiver: Receiver;
  gone: boolean;
  /** Whom its node was last told of. */
  told: Receiver | undefined;
}

/**
 * Which event node receives at which path. A path belongs to the first node that asks for it, and goes to the next
 * one when flows have started without that: in the midst of a deploy a node is gone only to come back, and what it
 * accepted in between is emitted when it has.
 */
export class IntakePaths {
  /** By path, then by node in the order in which they asked. */
  readonly #entries = new Map<string, Map<string, Entry>>();

  /** @param path normalised */
  find(path: string): Receiver | undefined {
    const [first] = this.#entries.get(path)?.values() ?? [];
    return first?.receiver;
  }

  /** Who receives, or would where they were the first, by path. */
  list(): { readonly path: string; readonly receivers: readonly Receiver[] }[] {
    return [...this.#entries].map(([path, entries]) => {
      const here = [...entries.values()].filter(({ gone }) => !gone);
      return { path, receivers: here.map(({ receiver }) => receiver) };
    });
  }

  /** @returns what gives the path up */
  enter(path: string, receiver: Receiver): () => void {
    const entries = this.#entries.get(path) ?? new Map<string, Entry>();
    this.#entries.set(path, entries);
    const entry: Entry = { receiver, gone: false, told: undefined };
    // A node that comes back takes the place it had.
    entries.set(receiver.node, entry);
    return () => {
      entry.gone = true;
    };
  }

  /** Flows have started: whoever is gone stays away. */
  settle(): void {
    for (const [path, entries] of this.#entries) {
      for (const [node, { gone }] of entries) if (gone) entries.delete(node);
      const first = this.find(path);
      if (!first) this.#entries.delete(path);
      for (const entry of entries.values()) {
        if (!first || entry.told === first) continue;
        entry.told = first;
        entry.receiver.onPlace(first);
      }
    }
  }
}
