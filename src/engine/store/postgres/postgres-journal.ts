import { messageOf, Unavailable, WriteRefused } from '../../words/errors.ts';
import type { Work } from '../journal/work.ts';
import type { Found, Journal, KeptAlarm, OnTrouble, Prune, Pruned, StoredCircuit } from '../journal.ts';
import { keepableEvent, keepableTake } from '../keepable.ts';
import { Disconnected, isConflict, isOwnFault, type Query, refusalOf } from './connection.ts';
import { type Carried, Fenced, type Groups, groupsOn, Unconfirmed } from './group.ts';
import type { KeptConnection } from './kept-connection.ts';
import type { KnownGroups } from './known-groups.ts';
import type { Members } from './members.ts';
import type { Operation, OperationName } from './operation.ts';
import { retentionOn } from './retention.ts';
import type { TableCircuits } from './table-circuits.ts';
import { wasCommitted } from './was-committed.ts';

/** Those that search: each is carried out in a transaction of its own. */
const alone: ReadonlySet<OperationName> = new Set([
  'emitNext',
  'startNext',
  'startParked',
  'cancelParked',
  'beginReplay',
  'continueReplay',
  'endReplay',
]);
/** Operations of a transaction at most. */
const most = 256;
/** Lanes that they lock at most, unless a single one has more: a database has room for so many locks only. */
const mostLanes = 1000;
/** Parts of an operation that can be said with less, one after the other. */
const mostUnkept = 3;
const unconfirmed =
  'the database does not confirm what was committed last: check whether the standby runs that it waits for';
const lookedUp =
  'the connection to the database was lost while something was written: whether that is kept is looked up';
interface Asked {
  readonly operation: Operation;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Options {
  readonly connection: KeptConnection;
  /** For what is done beside the operations: nothing of these is to get into a transaction of theirs. */
  readonly keep: Query;
  readonly tag: string;
  readonly found: Found;
  readonly foundWork: Work;
  readonly groups: KnownGroups;
  readonly lockSeed: string;
  readonly members: Members;
  readonly circuits: TableCircuits;
  readonly lastTouched: number;
  readonly onTrouble: OnTrouble;
  readonly drawsAhead?: boolean;
  /** Told when events were touched. */
  readonly onTouched: () => void;
  /** Told of other instances that have something to do now. */
  readonly onHints: (instances: readonly number[]) => void;
  readonly onFenced: () => void;
  /** The database does not say what was committed last, and why: nothing can be built on what is known here. */
  readonly onUnknown: (why: string) => void;
}

/** The journal in PostgreSQL. What is asked for while a transaction is under way shares the next one. */
export class PostgresJournal implements Journal {
  readonly tag: string;
  readonly found: Found;
  readonly #query: Query;
  readonly #groups: Groups;
  readonly #options: Options;
  readonly #retention: ReturnType<typeof retentionOn>;
  #tellWork: (work: Work) => void = () => undefined;
  #gathered: Asked[] = [];
  #busy = false;
  /** Whether it is not known what has become of the last transaction. */
  #unconfirmed: 'no' | 'yet' | 'for long' = 'no';
  #underWay: Promise<void> = Promise.resolve();
  #trouble: string | null = null;
  #closing: (() => void) | undefined;

  readonly endTurn = this.#passOn('endTurn');
  readonly recall = this.#passOn('recall');
  readonly unclaim = this.#passOn('unclaim');
  readonly startNext = this.#passOn('startNext');
  readonly startParked = this.#passOn('startParked');
  readonly cancelParked = this.#passOn('cancelParked');
  readonly replay = this.#passOn('replay');
  readonly beginReplay = this.#passOn('beginReplay');
  readonly continueReplay = this.#passOn('continueReplay');
  readonly endReplay = this.#passOn('endReplay');

  readonly accept: Journal['accept'] = (events, ...how) => this.#accept(events.map(keepableEvent), ...how);
  readonly #accept = this.#passOn('accept');

  readonly take: Journal['take'] = (asked) => this.#take(keepableTake(asked));
  readonly #take = this.#passOn('take');

  /** Events of nobody are left to those who have their node. */
  readonly emitNext: Journal['emitNext'] = (limit, nodes, off = []) =>
    this.#emitNext(limit, nodes, [...off, ...this.#options.members.nodesElsewhere()]);
  readonly #emitNext = this.#passOn('emitNext');

  constructor(options: Options) {
    const { keep, tag, found, groups, lockSeed, members, lastTouched, drawsAhead = true } = options;
    this.#options = options;
    this.tag = tag;
    this.found = found;
    this.#query = keep;
    this.#retention = retentionOn(keep, lockSeed, -members.id);
    this.#groups = groupsOn({
      lockSeed,
      lastTouched,
      members,
      groups,
      drawsAhead,
    });
  }

  /** What has become this instance's by what others have done. */
  tellWork(work: Work): void {
    this.#tellWork(work);
  }

  /** Once all is answered that may be in the database by now. */
  answered(): Promise<void> {
    return this.#underWay;
  }

  onWork(tell: (work: Work) => void): void {
    this.#tellWork = tell;
    tell(this.#options.foundWork);
  }

  saveCircuit(circuit: StoredCircuit, from: StoredCircuit['state']): Promise<void> {
    return this.#options.circuits.save(circuit, from);
  }

  async saveAlarm({ watch, key, alarm }: KeptAlarm): Promise<void> {
    if (alarm === null) await this.#query('delete from alarms where watch = $1 and key = $2', [watch, key]);
    else
      await this.#query(
        'insert into alarms values($1, $2, $3) on conflict(watch, key) do update set alarm = excluded.alarm',
        [watch, key, alarm],
      );
  }

  /** Beside the groups of operations. */
  prune(asked: Prune): Promise<Pruned> {
    return this.#retention.prune(asked);
  }

  /** Once everything called before is kept. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#closing = resolve;
      if (!this.#busy) resolve();
    });
  }

  #passOn<Name extends OperationName>(name: Name) {
    return (...args: Parameters<Journal[Name]>) =>
      new Promise<Awaited<ReturnType<Journal[Name]>>>((resolve, reject) => {
        // At once, whatever is not confirmed yet.
        if (!this.#options.connection.isConnected) return reject(new Disconnected('it is tried again'));
        if (this.#unconfirmed !== 'no')
          return reject(new Unavailable(this.#unconfirmed === 'for long' ? unconfirmed : lookedUp));
        this.#gathered.push({ operation: { name, args }, resolve, reject });
        if (!this.#busy) {
          this.#busy = true;
          // At the end of this turn of the event loop, so that what it brings is written together.
          setImmediate(() => void this.#carryOn());
        }
      });
  }

  async #carryOn(): Promise<void> {
    for (let group = this.#next(); group.length > 0; group = this.#next()) {
      this.#underWay = this.#carryOut(group);
      await this.#underWay;
    }
    this.#busy = false;
    this.#closing?.();
  }

  /** What may share a transaction, in the order in which it was asked for. */
  #next(): Asked[] {
    let lanes = 0;
    const end = this.#gathered.findIndex(({ operation }, index) => {
      lanes += lanesOf(operation);
      return index === most || lanes > mostLanes || alone.has(operation.name);
    });
    return this.#gathered.splice(0, end === -1 ? this.#gathered.length : Math.max(1, end));
  }

  /** @param unkept why the database has not kept parts of it */
  async #carryOut(group: readonly Asked[], unkept: readonly unknown[] = []): Promise<void> {
    let carried: Carried;
    try {
      carried = await this.#carried(
        group.map(({ operation }) => operation),
        unkept,
      );
    } catch (error) {
      if (group.length > 1 && isOwnFault(error)) {
        for (const one of group) await this.#carryOut([one]);
        return;
      }
      // Whatever came of a call, its execution ends: less and less of it is said.
      if (group[0]?.operation.name === 'endTurn' && isOwnFault(error) && unkept.length < mostUnkept)
        return await this.#carryOut(group, [...unkept, error]);
      for (const { reject } of group) reject(this.#refusal(error));
      return;
    }
    this.#become(null);
    const { results, work, touched, hints } = carried;
    if (touched) this.#options.onTouched();
    this.#options.onHints(hints);
    // What is left goes first.
    this.#gathered.unshift(...group.slice(results.length));
    if (work) this.#tellWork(work);
    for (const [index, result] of results.entries()) {
      const { resolve, reject } = group[index] as Asked;
      if ('value' in result) resolve(result.value as never);
      else reject(new WriteRefused(messageOf(result.error)));
    }
  }

  async #carried(group: readonly Operation[], unkept: readonly unknown[]): Promise<Carried> {
    for (;;) {
      try {
        return await this.#groups.carryOut(this.#options.connection.query, group, unkept);
      } catch (error) {
        if (isConflict(error)) continue;
        if (!(error instanceof Unconfirmed)) throw error;
        if (await this.#isCommitted(error)) return error.carried;
      }
    }
  }

  async #isCommitted(group: Unconfirmed): Promise<boolean> {
    const { connection, members } = this.#options;
    this.#unconfirmed = 'yet';
    try {
      return await wasCommitted(connection, members.id, group, () => {
        this.#unconfirmed = 'for long';
      });
    } catch (error) {
      // To do it again may be to do it twice; who begins anew finds what is there.
      if (!(error instanceof Disconnected)) this.#options.onUnknown(messageOf(error));
      throw error;
    } finally {
      this.#unconfirmed = 'no';
    }
  }

  #refusal(error: unknown): Error {
    if (error instanceof Fenced) this.#options.onFenced();
    const refusal = refusalOf(error);
    if (!(refusal instanceof WriteRefused)) this.#become(refusal.message);
    return refusal;
  }

  /** There is no connection, or there is one again: null. */
  told(why: string | null): void {
    if (this.#unconfirmed === 'for long') this.#become(unconfirmed);
    else if (why !== null) this.#become(new Disconnected(why).message);
    else if (this.#unconfirmed === 'no') this.#become(null);
  }

  #become(trouble: string | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onTrouble(trouble);
  }
}

/** About how many; those that search are not asked for. */
function lanesOf({ name, args: [first] }: Operation): number {
  return name === 'accept' && Array.isArray(first) ? first.length : 1;
}
