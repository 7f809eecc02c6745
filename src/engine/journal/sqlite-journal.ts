import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Unavailable, WriteRefused } from '../errors.ts';
import type {
  Abandon,
  Accepted,
  Backlog,
  BeginReplay,
  Cancelled,
  CancelParked,
  ContinuedReplay,
  ContinueReplay,
  DueBatch,
  Emission,
  Journal,
  OnTrouble,
  ParkedBatch,
  Prune,
  Pruned,
  Released,
  Replay,
  Replayed,
  Resettle,
  Resettled,
  StartedParked,
  Step,
  Stepped,
  StoredCircuit,
  StoredReplay,
  Take,
  Taken,
} from './journal.ts';
import { JournalError } from './journal-error.ts';
import { takeUnwritten, Unwritten } from './unwritten.ts';
import type { OperationName } from './writer/operations.ts';
import type { Failure, FromWriter, Operation, Result, ToWriter, WriterData } from './writer/protocol.ts';

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

/**
 * The journal in SQLite, written by a thread of its own. Operations that are called while the thread writes are
 * gathered for the next commit, so that the disk is waited for once for all of them.
 */
export class SqliteJournal implements Journal {
  readonly tag: string;
  readonly backlog: Backlog;
  readonly notice: string | null;
  readonly #worker: Worker;
  readonly #onTrouble: OnTrouble;
  #trouble: string | null = null;
  #gathered: { operations: Operation[]; waiting: Waiting[] } = { operations: [], waiting: [] };
  readonly #sent: Operation[] = [];
  readonly #written: Waiting[] = [];
  #scheduled = false;
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  readonly #exited: Promise<unknown>;
  readonly #lost = Promise.withResolvers<Error>();
  readonly #unwritten: Unwritten;
  #closing = false;

  /**
   * Opens the journal in `folder`, makes it when there is none, and puts back what a crash left half done.
   * @param now ms since the epoch
   * @param onTrouble is told when `trouble` changes
   * @throws JournalError saying what to do
   */
  static async open(
    folder: string,
    now = Date.now(),
    onTrouble: OnTrouble = () => undefined,
  ): Promise<SqliteJournal> {
    const workerData: WriterData = { folder, now, unwritten: takeUnwritten(folder) };
    const worker = new Worker(new URL(`./writer/writer${extname(import.meta.url)}`, import.meta.url), {
      workerData,
    });
    const message = await firstMessage(worker);
    if ('opened' in message) return new SqliteJournal(worker, folder, message.opened, onTrouble);
    if ('refused' in message) throw new JournalError(message.refused.kind, message.refused.message);
    throw new JournalError('failed', `${folder}: the writer answered out of turn`);
  }

  private constructor(
    worker: Worker,
    folder: string,
    opened: { tag: string; notice: string | null; backlog: Backlog },
    onTrouble: OnTrouble,
  ) {
    this.#onTrouble = onTrouble;
    this.tag = opened.tag;
    this.notice = opened.notice;
    this.backlog = opened.backlog;
    this.#worker = worker;
    this.#unwritten = new Unwritten(folder);
    worker.on('message', (message: FromWriter) => {
      if ('results' in message) this.#settle(message.results, message.wrote);
      else if ('lost' in message) this.#end(message.lost.message);
    });
    worker.on('error', (error) => this.#end(`${endedByItself} (${error.message})`));
    worker.on('exit', () => this.#end(endedByItself));
    this.#exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.unref();
  }

  get trouble(): string | null {
    return this.#trouble;
  }

  get lost(): Promise<Error> {
    return this.#lost.promise;
  }

  accept(...args: Parameters<Journal['accept']>): Promise<Accepted> {
    return this.#call('accept', args);
  }

  take(take: Take): Promise<Taken> {
    return this.#call('take', [take]);
  }

  step(step: Step): Promise<Stepped> {
    return this.#call('step', [step]);
  }

  emitNext(
    limit: number,
    nodes: readonly string[],
    off: readonly string[] = [],
  ): Promise<readonly Emission[]> {
    return this.#call('emitNext', [limit, nodes, off]);
  }

  recall(events?: readonly number[]): Promise<void> {
    return this.#call('recall', events ? [events] : []);
  }

  unclaim(events: readonly number[], emit: number, at: number): Promise<readonly Released[]> {
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

  resettle(change: Resettle): Promise<Resettled> {
    return this.#call('resettle', [change]);
  }

  abandon(abandon: Abandon): Promise<Stepped> {
    return this.#call('abandon', [abandon]);
  }

  cancelParked(cancel: CancelParked): Promise<readonly Cancelled[]> {
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
    // Only while something is to be written does the thread keep the process.
    this.#worker.ref();
    this.#post({ batch: operations });
  }

  #settle(results: readonly Result[], wrote: boolean): void {
    if (this.#failure) return;
    const waiting = this.#written.splice(0, results.length);
    this.#sent.splice(0, results.length);
    if (this.#written.length === 0) this.#worker.unref();
    // One that fails for a reason of its own says nothing of the journal.
    const failed = results.find((result) => 'failure' in result && result.failure.kind !== 'failed');
    if (failed && 'failure' in failed) this.#become(failed.failure.message);
    else if (wrote) this.#become(null);
    for (const [index, result] of results.entries()) {
      if ('value' in result) waiting[index]?.resolve(result.value as never);
      else waiting[index]?.reject(errorOf(result.failure));
    }
    if (!this.#scheduled) this.#flushIn(turnsToAnswer);
  }

  #become(trouble: string | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#onTrouble(trouble);
  }

  /** The thread has ended: asked to, or by itself. */
  #end(why: string): void {
    if (this.#failure) return;
    this.#failure = new Unavailable(this.#closing ? "the journal's writer has ended" : why);
    for (const operation of [...this.#sent, ...this.#gathered.operations]) this.#unwritten.add(operation);
    for (const { reject } of [...this.#written, ...this.#gathered.waiting]) reject(this.#failure);
    this.#written.length = 0;
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

/** @throws when the thread ends before it has said anything */
async function firstMessage(worker: Worker): Promise<FromWriter> {
  const first = new AbortController();
  try {
    return await Promise.race([
      once(worker, 'message', first).then(([message]) => message as FromWriter),
      once(worker, 'exit', first).then(() => {
        throw new JournalError('failed', 'the writer of the journal ended before it had opened it');
      }),
    ]);
  } finally {
    first.abort();
  }
}
