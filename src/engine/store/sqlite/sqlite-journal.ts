import type { Worker } from 'node:worker_threads';
import { Unavailable, WriteRefused } from '../../words/errors.ts';
import type { NewEvent } from '../journal/accept.ts';
import type { Work } from '../journal/work.ts';
import type { Found, OnTrouble } from '../journal.ts';
import { keepableEvent, keepableTake } from '../keepable.ts';
import { OpenQuestions } from './open-questions.ts';
import { PacedAnswers } from './paced-answers.ts';
import { type Opened, startWriter } from './start-writer.ts';
import { keepUnwritten, takeUnwritten } from './unwritten.ts';
import type { OperationName, Written } from './writer/operations.ts';
import type { Failure, FromWriter, Operation, Result, ToWriter } from './writer/protocol.ts';

/**
 * Turns of the event loop between two commits. What a commit lets go on soon comes back with its next operation (from
 * node to node a message takes a turn): without them it would miss the next commit by a hair, each time.
 */
const turnsToAnswer = 3;
/** So many operations do not wait for a commit to end: the thread has them at hand when it has. */
const handful = 32;

export interface SqliteJournalOptions {
  /** Ms since the epoch. */
  readonly now?: number;
  readonly onTrouble?: OnTrouble;
  /** False: each row is written as it changes, which costs more. Default: true. */
  readonly drafts?: boolean;
  /** Something was written that is to be indexed. */
  readonly onTouched?: () => void;
}

/** An operation that is not answered yet. */
interface Asked {
  readonly operation: Operation;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The journal in SQLite, written by a thread of its own. Operations that are called while the thread writes are
 * gathered for the next commit, so that the disk is waited for once for all of them.
 */
export class SqliteJournal implements Written {
  readonly tag: string;
  readonly found: Found;
  /** A damaged journal was moved aside when this one was opened: what to do about it. */
  readonly notice: string | null;
  /** What `keepBook` was given last, as of the opening; null when it never was. */
  readonly book: string | null;
  readonly #folder: string;
  readonly #worker: Worker;
  readonly #options: SqliteJournalOptions;
  readonly #foundWork: Work;
  #tellWork: (work: Work) => void = () => undefined;
  #trouble: string | null = null;
  #gathered: Asked[] = [];
  /** What the thread has, in the order of its answers. */
  readonly #sent: Asked[] = [];
  readonly #answers = new PacedAnswers();
  /** Copies of it that are being written, by file. */
  readonly #backups = new OpenQuestions<string>();
  #scheduled = false;
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  readonly #exited: Promise<unknown>;
  readonly #lost = Promise.withResolvers<Error>();
  /** Resolves when it can't be used any more, with why and what is done about it. */
  readonly lost: Promise<Error> = this.#lost.promise;
  #closing = false;
  /** Not all that was answered has rows yet. */
  #drafts = false;
  /** How many read the rows. */
  #readers = 0;

  readonly accept: Written['accept'] = (events, ...how) => this.#accept(events.map(keepableEvent), ...how);
  readonly #accept = this.#passOn('accept');

  readonly take: Written['take'] = (asked) => this.#take(keepableTake(asked));
  readonly #take = this.#passOn('take');

  readonly endTurn = this.#passOn('endTurn');
  readonly emitNext = this.#passOn('emitNext');
  readonly recall = this.#passOn('recall');
  readonly unclaim = this.#passOn('unclaim');
  readonly startNext = this.#passOn('startNext');
  readonly startParked = this.#passOn('startParked');
  readonly cancelParked = this.#passOn('cancelParked');
  readonly replay = this.#passOn('replay');
  readonly beginReplay = this.#passOn('beginReplay');
  readonly continueReplay = this.#passOn('continueReplay');
  readonly endReplay = this.#passOn('endReplay');
  readonly saveCircuit = this.#passOn('saveCircuit');
  readonly saveAlarm = this.#passOn('saveAlarm');
  readonly prune = this.#passOn('prune');
  readonly keepBook = this.#passOn('keepBook');
  readonly writeRows = this.#passOn('writeRows');

  /**
   * Opens the journal in `folder`, makes it when there is none, and puts back what a crash left half done.
   * @throws JournalError saying what to do
   */
  static async open(folder: string, options: SqliteJournalOptions = {}): Promise<SqliteJournal> {
    const { now = Date.now(), drafts = true } = options;
    const { worker, opened } = await startWriter({ folder, now, drafts, unwritten: takeUnwritten(folder) });
    return new SqliteJournal(worker, folder, opened, options);
  }

  private constructor(worker: Worker, folder: string, opened: Opened, options: SqliteJournalOptions) {
    this.#options = options;
    this.tag = opened.tag;
    this.notice = opened.notice;
    this.found = opened.found;
    this.#foundWork = opened.work;
    this.book = opened.book;
    this.#worker = worker;
    this.#folder = folder;
    worker.on('message', (message: FromWriter) => {
      if ('results' in message) this.#settle(message);
      else if ('lost' in message) this.#end(message.lost.message);
      else if ('backedUp' in message) {
        const { backedUp, failure } = message;
        this.#backups.settle(backedUp, failure && new Unavailable(failure.message));
        this.#rest();
      }
    });
    worker.on('error', (error) => this.#end(`${endedByItself} (${error.message})`));
    worker.on('exit', () => this.#end(endedByItself));
    this.#exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.unref();
  }

  onWork(tell: (work: Work) => void): void {
    this.#tellWork = tell;
    tell(this.#foundWork);
  }

  /** While somebody reads, all that was answered before has its rows, and keeps them, as far as the disk takes it. */
  async whileRead<T>(read: () => Promise<T>): Promise<T> {
    this.#readers += 1;
    try {
      await this.#written();
      return await read();
    } finally {
      this.#readers -= 1;
    }
  }

  /** Writes a copy to a new file while everything goes on: it has all that was there when it was called. */
  async backUp(file: string): Promise<void> {
    await this.#written();
    if (this.#failure) throw this.#failure;
    this.#worker.ref();
    this.#post({ backUp: file });
    await this.#backups.ask(file);
  }

  /** Lets go of the folder once everything called before is on disk. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#failure) return void (await this.#exited);
    // Results come in the order of the calls: with the last one, all have come.
    await this.#last.catch(() => undefined);
    this.#worker.ref();
    this.#post({ close: true });
    await this.#exited;
  }

  /** Resolves when all that was answered has rows. */
  async #written(): Promise<void> {
    if (this.#drafts || this.#sent.length > 0) await this.writeRows().catch(() => undefined);
  }

  /** An operation that the thread carries out. */
  #passOn<Name extends OperationName>(name: Name) {
    return (...args: Parameters<Written[Name]>) => this.#call(name, args);
  }

  #call<Name extends OperationName>(
    name: Name,
    args: readonly unknown[],
  ): Promise<Awaited<ReturnType<Written[Name]>>> {
    if (this.#failure) {
      this.#keep({ name, args });
      return Promise.reject(this.#failure);
    }
    const result = new Promise<Awaited<ReturnType<Written[Name]>>>((resolve, reject) => {
      this.#gathered.push({ operation: { name, args }, resolve, reject });
      if (this.#gathered.length >= handful) this.#flush();
      // At the end of this turn of the event loop, so that what it brings is written together.
      else if (this.#sent.length === 0 && !this.#scheduled) this.#flushIn(1);
    });
    this.#last = result;
    return result;
  }

  #flushIn(turns: number): void {
    this.#scheduled = true;
    setImmediate(() => {
      if (turns > 1) return this.#flushIn(turns - 1);
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const asked = this.#gathered;
    if (asked.length === 0 || this.#failure) return;
    this.#gathered = [];
    this.#sent.push(...asked);
    this.#worker.ref();
    this.#post({ batch: asked.map(({ operation }) => operation), isRead: this.#readers > 0 });
  }

  #settle({
    results,
    work,
    touched,
    wrote,
    drafts,
  }: Extract<FromWriter, { readonly results: unknown }>): void {
    if (this.#failure) return;
    this.#drafts = drafts;
    if (work) this.#tellWork(work);
    if (touched) this.#options.onTouched?.();
    const asked = this.#sent.splice(0, results.length);
    this.#rest();
    // One that fails for a reason of its own says nothing of the journal.
    const failed = results.find((result) => 'failure' in result && result.failure.kind !== 'failed');
    if (failed && 'failure' in failed) this.#become(failed.failure.message);
    else if (wrote) this.#become(null);
    for (const [index, { operation, resolve, reject }] of asked.entries()) {
      const result = results[index] as Result;
      if ('failure' in result && result.failure.kind === 'damaged') this.#keep(operation);
      this.#answers.add(sizeOf(operation), () => {
        if ('value' in result) resolve(result.value as never);
        else reject(errorOf(result.failure));
      });
    }
    this.#answers.give();
    if (!this.#scheduled) this.#flushIn(turnsToAnswer);
  }

  /** Once it is being closed it is too late for it: the folder may have been opened again. */
  #keep(operation: Operation): void {
    if (!this.#closing) keepUnwritten(this.#folder, operation);
  }

  /** The thread keeps the process only while something is to be written, or until it has ended. */
  #rest(): void {
    if (this.#closing) return;
    if (this.#sent.length === 0 && this.#backups.size === 0) this.#worker.unref();
  }

  #become(trouble: string | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onTrouble?.(trouble);
  }

  /** The thread has ended: asked to, or by itself. */
  #end(why: string): void {
    if (this.#failure) return;
    // Whoever opens it anew finds what they let go.
    this.#answers.giveAll();
    this.#failure = new Unavailable(this.#closing ? "the journal's writer has ended" : why);
    for (const { operation, reject } of [...this.#sent, ...this.#gathered]) {
      this.#keep(operation);
      reject(this.#failure);
    }
    this.#sent.length = 0;
    this.#gathered = [];
    this.#backups.refuse(this.#failure);
    if (!this.#closing) this.#lost.resolve(this.#failure);
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }
}

/** What its answer lets go on: events, which are passed from node to node. */
function sizeOf({ name, args }: Operation): number {
  if (name !== 'accept') return 0;
  return (args[0] as readonly NewEvent[]).reduce((size, { payload }) => size + (payload?.length ?? 0), 0);
}

function errorOf({ kind, message }: Failure): Unavailable {
  return kind === 'failed' ? new WriteRefused(message) : new Unavailable(message);
}

const endedByItself = "the journal's writer has ended: it is started again";
