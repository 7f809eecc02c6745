import type { Worker } from 'node:worker_threads';
import { Unavailable, WriteRefused } from '../../words/errors.ts';
import type {
  Accepted,
  BeginReplay,
  CancelParked,
  ChainState,
  ContinuedReplay,
  ContinueReplay,
  DueBatch,
  Emission,
  EndedParked,
  Found,
  OnTrouble,
  ParkedBatch,
  Prune,
  Pruned,
  Replay,
  Replayed,
  StartedParked,
  StoredCircuit,
  StoredReplay,
  Take,
  Taken,
  TurnEnd,
  Work,
} from '../journal.ts';
import { Backups } from './backups.ts';
import { type Opened, startWriter } from './start-writer.ts';
import { takeUnwritten, Unwritten } from './unwritten.ts';
import type { OperationName, Written } from './writer/operations.ts';
import type { Failure, FromWriter, Operation, ToWriter } from './writer/protocol.ts';

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

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
  /** Something was written that is to be indexed. */
  readonly onTouched?: () => void;
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
  readonly #worker: Worker;
  readonly #options: SqliteJournalOptions;
  readonly #foundWork: Work;
  #tellWork: (work: Work) => void = () => undefined;
  #trouble: string | null = null;
  #gathered: { operations: Operation[]; waiting: Waiting[] } = { operations: [], waiting: [] };
  readonly #sent: Operation[] = [];
  readonly #written: Waiting[] = [];
  readonly #backups = new Backups();
  #scheduled = false;
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  readonly #exited: Promise<unknown>;
  readonly #lost = Promise.withResolvers<Error>();
  /** Resolves when it can't be used any more, with why and what is done about it. */
  readonly lost: Promise<Error> = this.#lost.promise;
  readonly #unwritten: Unwritten;
  #closing = false;

  /**
   * Opens the journal in `folder`, makes it when there is none, and puts back what a crash left half done.
   * @throws JournalError saying what to do
   */
  static async open(folder: string, options: SqliteJournalOptions = {}): Promise<SqliteJournal> {
    const { now = Date.now() } = options;
    const { worker, opened } = await startWriter({ folder, now, unwritten: takeUnwritten(folder) });
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
    this.#unwritten = new Unwritten(folder);
    worker.on('message', (message: FromWriter) => {
      if ('results' in message) this.#settle(message);
      else if ('lost' in message) this.#end(message.lost.message);
      else if ('backedUp' in message) {
        this.#backups.end(message.backedUp, message.failure);
        this.#rest();
      }
    });
    worker.on('error', (error) => this.#end(`${endedByItself} (${error.message})`));
    worker.on('exit', () => this.#end(endedByItself));
    this.#exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.unref();
  }

  /** Why the last thing to be written was not, and what to do; null when it was. */
  get trouble(): string | null {
    return this.#trouble;
  }

  onWork(tell: (work: Work) => void): void {
    this.#tellWork = tell;
    tell(this.#foundWork);
  }

  accept(...args: Parameters<Written['accept']>): Promise<Accepted> {
    return this.#call('accept', args);
  }

  take(take: Take): Promise<Taken> {
    return this.#call('take', [take]);
  }

  endTurn(end: TurnEnd): Promise<ChainState> {
    return this.#call('endTurn', [end]);
  }

  emitNext(...args: Parameters<Written['emitNext']>): Promise<readonly Emission[]> {
    return this.#call('emitNext', args);
  }

  recall(events?: readonly number[]): Promise<void> {
    return this.#call('recall', events ? [events] : []);
  }

  unclaim(events: readonly number[], emit: number, at: number): Promise<void> {
    return this.#call('unclaim', [events, emit, at]);
  }

  startNext(handler: string, limit: number, at: number): Promise<DueBatch> {
    return this.#call('startNext', [handler, limit, at]);
  }

  startParked(handler: string, limit: number, at: number): Promise<ParkedBatch> {
    return this.#call('startParked', [handler, limit, at]);
  }

  startProbe(handler: string, after: number, at: number): Promise<StartedParked | null> {
    return this.#call('startProbe', [handler, after, at]);
  }

  cancelParked(cancel: CancelParked): Promise<readonly EndedParked[]> {
    return this.#call('cancelParked', [cancel]);
  }

  replay(replay: Replay): Promise<Replayed> {
    return this.#call('replay', [replay]);
  }

  beginReplay(begin: BeginReplay): Promise<StoredReplay> {
    return this.#call('beginReplay', [begin]);
  }

  continueReplay(part: ContinueReplay): Promise<ContinuedReplay> {
    return this.#call('continueReplay', [part]);
  }

  endReplay(id: number, at: number): Promise<'cancelled' | 'over' | 'unknown'> {
    return this.#call('endReplay', [id, at]);
  }

  saveCircuit(circuit: StoredCircuit): Promise<void> {
    return this.#call('saveCircuit', [circuit]);
  }

  prune(prune: Prune): Promise<Pruned> {
    return this.#call('prune', [prune]);
  }

  keepBook(book: string): Promise<void> {
    return this.#call('keepBook', [book]);
  }

  /** Writes a copy to a new file while everything goes on: it has all that was there when it was called. */
  backUp(file: string): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#worker.ref();
    this.#post({ backUp: file });
    return this.#backups.begin(file);
  }

  /** Lets go of the folder once everything called before is on disk. */
  async close(): Promise<void> {
    this.#unwritten.close();
    if (this.#failure) return void (await this.#exited);
    this.#closing = true;
    // Results come in the order of the calls: with the last one, all have come.
    await this.#last.catch(() => undefined);
    this.#worker.ref();
    this.#post({ close: true });
    await this.#exited;
  }

  #call<T>(name: OperationName, args: readonly unknown[]): Promise<T> {
    if (this.#failure) {
      this.#unwritten.add({ name, args });
      return Promise.reject(this.#failure);
    }
    const result = new Promise<T>((resolve, reject) => {
      this.#gathered.operations.push({ name, args });
      this.#gathered.waiting.push({ resolve, reject });
      if (this.#gathered.waiting.length >= handful) this.#flush();
      // At the end of this turn of the event loop, so that what it brings is written together.
      else if (this.#written.length === 0 && !this.#scheduled) this.#flushIn(1);
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
    const { operations, waiting } = this.#gathered;
    if (waiting.length === 0 || this.#failure) return;
    this.#gathered = { operations: [], waiting: [] };
    this.#written.push(...waiting);
    this.#sent.push(...operations);
    this.#worker.ref();
    this.#post({ batch: operations });
  }

  #settle({ results, work, touched, wrote }: Extract<FromWriter, { readonly results: unknown }>): void {
    if (this.#failure) return;
    if (work) this.#tellWork(work);
    if (touched) this.#options.onTouched?.();
    const waiting = this.#written.splice(0, results.length);
    const operations = this.#sent.splice(0, results.length);
    this.#rest();
    // One that fails for a reason of its own says nothing of the journal.
    const failed = results.find((result) => 'failure' in result && result.failure.kind !== 'failed');
    if (failed && 'failure' in failed) this.#become(failed.failure.message);
    else if (wrote) this.#become(null);
    for (const [index, result] of results.entries()) {
      if ('value' in result) waiting[index]?.resolve(result.value as never);
      else {
        if (result.failure.kind === 'damaged') this.#unwritten.add(operations[index]);
        waiting[index]?.reject(errorOf(result.failure));
      }
    }
    if (!this.#scheduled) this.#flushIn(turnsToAnswer);
  }

  /** The thread keeps the process only while something is to be written. */
  #rest(): void {
    if (this.#written.length === 0 && this.#backups.size === 0) this.#worker.unref();
  }

  #become(trouble: string | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onTrouble?.(trouble);
  }

  /** The thread has ended: asked to, or by itself. */
  #end(why: string): void {
    if (this.#failure) return;
    this.#failure = new Unavailable(this.#closing ? "the journal's writer has ended" : why);
    for (const operation of [...this.#sent, ...this.#gathered.operations]) this.#unwritten.add(operation);
    const waiting = [...this.#written, ...this.#gathered.waiting];
    for (const { reject } of waiting) reject(this.#failure);
    this.#written.length = 0;
    this.#backups.fail(this.#failure);
    this.#sent.length = 0;
    this.#gathered = { operations: [], waiting: [] };
    if (!this.#closing) this.#lost.resolve(this.#failure);
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }
}

function errorOf({ kind, message }: Failure): Unavailable {
  return kind === 'failed' ? new WriteRefused(message) : new Unavailable(message);
}

const endedByItself = "the journal's writer has ended: it is started again";
