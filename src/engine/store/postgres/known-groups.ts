import { createHash } from 'node:crypto';
import { otherKind } from '../../words/failure-kind.ts';
import { KnownKinds, mostOfHandler } from '../known-kinds.ts';
import type { Query } from './connection.ts';

/** Failures of a handler that are of one kind. */
export interface FailureGroup {
  readonly id: number;
  readonly handler: string;
  readonly kind: string;
}

const all = 'select id, handler_id as handler, kind from failure_groups';
export const addGroups = `insert into failure_groups(id, handler_id, kind)
  select id, handler, kind from json_to_recordset($1) as d(id bigint, handler text, kind text) order by id
  on conflict(id) do nothing`;

/** Gives each handler's kinds of failures their groups. A group has the same number wherever it is made. */
export class KnownGroups {
  readonly #named = new KnownKinds();
  readonly #kept = new Set<number>();
  readonly #kinds = new Map<string, Set<string>>();

  static async in(query: Query): Promise<KnownGroups> {
    const known = new KnownGroups();
    for (const row of await query(all, [])) {
      const group = row as unknown as FailureGroup;
      known.keep(group);
      known.#kindsOf(group.handler).add(group.kind);
    }
    return known;
  }

  of(handler: string, code: number | null, error: string): FailureGroup {
    const kinds = this.#kindsOf(handler);
    const own = this.#named.of(code, error);
    const kind = kinds.has(own) || kinds.size < mostOfHandler ? own : otherKind;
    kinds.add(kind);
    return { id: groupIdOf(handler, kind), handler, kind };
  }

  isKept({ id }: FailureGroup): boolean {
    return this.#kept.has(id);
  }

  /** It has been written. */
  keep({ id }: FailureGroup): void {
    this.#kept.add(id);
  }

  #kindsOf(handler: string): Set<string> {
    const kinds = this.#kinds.get(handler) ?? new Set();
    this.#kinds.set(handler, kinds);
    return kinds;
  }
}

export function groupIdOf(handler: string, kind: string): number {
  const hash = createHash('sha256').update(`${handler}\0${kind}`).digest();
  return Number(hash.readBigUInt64BE() >> 12n);
}
