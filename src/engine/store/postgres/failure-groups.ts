import { createHash } from 'node:crypto';
import { otherKind } from '../../words/failure-kind.ts';
import { KnownKinds, mostOfHandler } from '../known-kinds.ts';
import type { Query } from './connection.ts';

/** A group of a handler's failures of one kind. Its id is made of both, so that it is the same wherever it is made. */
export interface FailureGroup {
  readonly id: number;
  readonly handler: string;
  readonly kind: string;
}

/** The groups that are known here; others may have made more meanwhile. */
export class FailureGroups {
  readonly #kinds = new KnownKinds();
  readonly #ofHandler = new Map<string, Map<string, FailureGroup>>();

  static async read(query: Query): Promise<FailureGroups> {
    const groups = new FailureGroups();
    for (const row of await query('select id, handler_id as handler, kind from failure_groups', []))
      groups.#keep(row as unknown as FailureGroup);
    return groups;
  }

  /** @returns also whether it is to be written */
  of(handler: string, code: number | null, error: string): FailureGroup & { readonly isNew: boolean } {
    const known = this.#ofHandler.get(handler);
    const asked = this.#kinds.of(code, error);
    const isFull = (known?.size ?? 0) >= mostOfHandler;
    const kind = isFull && !known?.has(asked) ? otherKind : asked;
    const group = known?.get(kind);
    return group ? { ...group, isNew: false } : { id: idOf(handler, kind), handler, kind, isNew: true };
  }

  /** They are written. */
  keep(groups: readonly FailureGroup[]): void {
    for (const group of groups) this.#keep(group);
  }

  #keep({ id, handler, kind }: FailureGroup): void {
    const known = this.#ofHandler.get(handler) ?? new Map<string, FailureGroup>();
    this.#ofHandler.set(handler, known);
    known.set(kind, { id, handler, kind });
  }
}

function idOf(handler: string, kind: string): number {
  const hash = createHash('sha256').update(`${handler}\0${kind}`).digest();
  return Number(hash.readBigUInt64BE() >> 12n);
}
