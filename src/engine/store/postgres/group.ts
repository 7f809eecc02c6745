import { Unavailable } from '../../words/errors.ts';
import type { Work } from '../journal/work.ts';
import { Announcements } from '../operations/announcements.ts';
import { decisionsOn } from '../operations/decisions.ts';
import { Apart } from './changes.ts';
import { Disconnected, type Query } from './connection.ts';
import type { KnownGroups } from './known-groups.ts';
import { lockLanes } from './lanes.ts';
import { Loaded } from './loaded.ts';
import { load } from './loading.ts';
import type { Members } from './members.ts';
import { Needs, NotLoaded } from './needs.ts';
import type { Operation, OperationName } from './operation.ts';
import { bulkRowsOn } from './rows/bulk-rows.ts';
import { loadedRowsOn } from './rows/loaded-rows.ts';
import { Transaction } from './rows/transaction.ts';
import { write } from './writing.ts';

export type Result = { readonly value: unknown } | { readonly error: unknown };

export interface Carried {
  /** Of the first operations: the others are to be carried out in another transaction. */
  readonly results: readonly Result[];
  readonly work: Work | undefined;
  readonly touched: boolean;
  /** Other instances that have something to do now. */
  readonly hints: readonly number[];
}

/** The transaction, as the server counts them: until it ends, nobody declares the instance dead. */
const fence = 'select pg_current_xact_id()::text as id from instances where id = $1 and not dead for share';

/** Others have declared this instance dead, as it was not seen for too long: what it had in hand is theirs. */
export class Fenced extends Unavailable {
  constructor() {
    super('the other instances took this one for dead: it begins anew');
  }
}

/** It was to be committed when the connection was lost: the database knows whether it was. */
export class Unconfirmed extends Error {
  /** As the server counts it: another one has the same number after a crash. */
  readonly transaction: string;
  /** As this instance counts it. */
  readonly group: number;
  /** What came of it, if it was. */
  readonly carried: Carried;

  constructor(transaction: string, group: number, carried: Carried) {
    super(`transaction ${transaction} is not confirmed`);
    this.transaction = transaction;
    this.group = group;
    this.carried = carried;
  }
}

interface GroupsOptions {
  /** Tells lanes of this registry from those of others. */
  readonly lockSeed: string;
  readonly members: Members;
  readonly groups: KnownGroups;
  readonly lastTouched: number;
  /** Seqs are drawn before it is known how many are needed: some are in vain then. Default: true. */
  readonly drawsAhead?: boolean;
}

/** Carries out groups of operations, a transaction each: what they need is read, all is decided here, and written. */
export function groupsOn({ lockSeed, members, groups, lastTouched, drawsAhead = true }: GroupsOptions) {
  const transaction = new Transaction();
  const rows = loadedRowsOn(transaction, members, groups);
  const work = new Announcements();
  let last = lastTouched;
  let number = 0;
  let touched = false;
  /** Why the database has not kept the first parts of an operation, in the order in which they were done. */
  let refused: readonly unknown[] = [];
  let parts = 0;
  const clock = {
    touch(now: number): number {
      last = Math.max(last + 1, now * 1000);
      touched = true;
      return last;
    },
  };

  const mark = () => {
    const undo = [transaction.changes.mark(), work.mark()];
    return () => {
      for (const one of undo) one();
    };
  };

  function isolated<T>(part: () => T, otherwise: (error: unknown) => T): T {
    const undo = mark();
    try {
      const done = part();
      const refusal = refused[parts];
      parts += 1;
      if (refusal !== undefined) throw refusal;
      return done;
    } catch (error) {
      if (error instanceof NotLoaded || error instanceof Apart) throw error;
      undo();
      return otherwise(error);
    }
  }

  const operations: Readonly<Record<OperationName, (...args: never[]) => unknown>> = decisionsOn(
    { rows, work, clock, isolated },
    bulkRowsOn(transaction, members.id),
  );

  /**
   * @param unkept why the database has not kept parts of it that can do with less: they are done with less
   * @throws Unconfirmed, Fenced, Disconnected, or what the server says: nothing was done then
   */
  async function carryOut(
    query: Query,
    group: readonly Operation[],
    unkept: readonly unknown[] = [],
  ): Promise<Carried> {
    refused = unkept;
    const needs = Needs.of(group, drawsAhead);
    const loaded = new Loaded();
    loaded.waiting = needs.bounded ? -1 : 0;
    touched = false;
    number += 1;
    work.clear();
    try {
      const begun = query('begin');
      const known = query(fence, [members.id]);
      // What an operation looks for first it tells itself.
      if (needs.areUnknown) decide(group, needs, loaded);
      for (;;) {
        const [[counted]] = await Promise.all([
          known,
          begun,
          lock(query, needs, loaded),
          load(query, needs, loaded),
        ]);
        if (!counted) throw new Fenced();
        const results = decide(group, needs, loaded);
        if (results) {
          const { changes } = transaction;
          const carried = { results, work: work.take(), touched, hints: changes.hints };
          await Promise.all([write(query, changes, members.id, number), query('commit')]).catch((error) => {
            throw error instanceof Disconnected
              ? new Unconfirmed(String(counted['id']), number, carried)
              : error;
          });
          for (const group of changes.groups.values()) groups.keep(group);
          return carried;
        }
      }
    } catch (error) {
      if (!(error instanceof Unconfirmed || error instanceof Disconnected))
        await query('rollback').catch(() => undefined);
      throw error;
    }
  }

  /** @returns undefined where something is missing, which is needed from now on */
  function decide(group: readonly Operation[], needs: Needs, loaded: Loaded): Result[] | undefined {
    transaction.begin(loaded);
    work.clear();
    parts = 0;
    const results: Result[] = [];
    for (const { name, args } of group) {
      const undo = mark();
      try {
        results.push({ value: (operations[name] as (...given: readonly unknown[]) => unknown)(...args) });
      } catch (error) {
        undo();
        if (error instanceof NotLoaded) {
          error.add(needs);
          return undefined;
        }
        if (error instanceof Apart) return complete(results, needs);
        results.push({ error });
      }
    }
    return complete(results, needs);
  }

  function complete(results: Result[], needs: Needs): Result[] | undefined {
    if (!transaction.isShort) return results;
    needs.eventSeqs = transaction.changes.eventSeqs;
    needs.executionSeqs = transaction.changes.executionSeqs;
    return undefined;
  }

  /** In one order, so that two who lock several never wait for each other. */
  async function lock(query: Query, needs: Needs, loaded: Loaded): Promise<void> {
    const count = needs.lanes.size + needs.keys.size + needs.events.size + needs.executions.size;
    if (count === loaded.locked) return;
    loaded.locked = count;
    const keys = [...needs.lanes.keys(), ...Array.from(needs.keys, (key) => `key ${key}`)];
    await query(lockLanes, [keys, [...needs.events], lockSeed, [...needs.executions]]);
  }

  return { carryOut };
}

export type Groups = ReturnType<typeof groupsOn>;
