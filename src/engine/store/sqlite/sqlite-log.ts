import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { Unavailable } from '../../words/errors.ts';
import type { ParkedFor } from '../../words/execution.ts';
import { keepable } from '../keepable.ts';
import { QueriedLog, unreadable } from '../reading/queried-log.ts';
import { OpenQuestions } from './open-questions.ts';
import type { FromReader, ToReader } from './reader/protocol.ts';
import type { Queries } from './reader/queries.ts';
import { startThread } from './thread.ts';

export interface SqliteLogOptions {
  /** The registry's own folder, with its `journal.sqlite`. */
  readonly folder: string;
  /** Why an execution is parked: handlers are known above, not in the journal. */
  readonly parkedFor: (handler: string, blocked: boolean) => ParkedFor;
  /** Has the journal keep the rows of all that it has answered while `read` reads; absent: it does at any time. */
  readonly whileRead?: <T>(read: () => Promise<T>) => Promise<T>;
}

/** Ms for which touches are gathered before the text index is told. */
const gathering = 1000;

/**
 * The log of a journal in SQLite, read by a thread of its own that starts with the first question and keeps no
 * process alive while it has none.
 */
export class SqliteLog extends QueriedLog {
  readonly #options: SqliteLogOptions;
  readonly #pending = new OpenQuestions<number>();
  #worker: Worker | undefined;
  #asked = 0;
  #gathering: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SqliteLogOptions) {
    super(options.parkedFor);
    this.#options = options;
  }

  /** Something was committed: the text index follows within 2 s. Costs nothing, however often it is called. */
  poke(): void {
    if (this.#closed || this.#gathering) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      this.#post({ touched: true });
    }, gathering).unref();
  }

  /** Lets go of the files; questions that are not answered yet are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#gathering);
    this.#refuse('it was closed');
    const worker = this.#worker;
    if (!worker) return;
    const exit = once(worker, 'exit');
    worker.ref();
    worker.postMessage({ close: true } satisfies ToReader);
    await exit;
  }

  /** The number that each handler of the log had last, by node id. */
  async handlerNumbers(): Promise<Record<string, number>> {
    return (await this.answer('handlerNumbers', [])) as Record<string, number>;
  }

  protected answer(query: keyof Queries, args: readonly unknown[]): Promise<unknown> {
    const read = () => this.#read(query, args);
    return this.#options.whileRead?.(read) ?? read();
  }

  async #read(query: keyof Queries, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) throw new Unavailable('the execution log is closed');
    this.#asked += 1;
    this.#post({ id: this.#asked, query, args: keepable(args) });
    this.#worker?.ref();
    return this.#pending.ask(this.#asked);
  }

  #post(message: ToReader): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const worker = startThread('reader/reader', this.#options.folder);
    worker.on('message', (answer: FromReader) => this.#settle(answer));
    // A thread that has failed is replaced at the next question.
    worker.on('error', (error) => this.#end(worker, error.message));
    worker.on('exit', () => this.#end(worker, 'its thread has ended'));
    worker.unref();
    return worker;
  }

  #end(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#refuse(why);
  }

  #settle(answer: FromReader): void {
    if ('value' in answer) this.#pending.settle(answer.id, null, answer.value);
    else this.#pending.settle(answer.id, refusal(answer.failure));
    if (this.#pending.size === 0 && !this.#closed) this.#worker?.unref();
  }

  #refuse(why: string): void {
    this.#pending.refuse(refusal(why));
  }
}

function refusal(why: string): Unavailable {
  return new Unavailable(unreadable(why));
}
