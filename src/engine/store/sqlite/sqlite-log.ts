import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { EventDetails, ExecutionDetails, Page } from '../../words/answers.ts';
import { NotFound, Unavailable } from '../../words/errors.ts';
import type { EventRow, ExecutionRow, ParkedFor } from '../../words/execution.ts';
import type { EventFilter, ExecutionFilter, ExecutionLog, PageRequest } from '../log.ts';
import { type List, positionOf } from './reader/cursor.ts';
import type { ReadExecution } from './reader/execution-rows.ts';
import type { Window } from './reader/newest-first.ts';
import type { FromReader, ToReader } from './reader/protocol.ts';
import type { Queries } from './reader/queries.ts';
import { startThread } from './thread.ts';
import { Unanswered } from './unanswered.ts';

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
export class SqliteLog implements ExecutionLog {
  readonly #options: SqliteLogOptions;
  readonly #pending = new Unanswered<number>();
  #worker: Worker | undefined;
  #asked = 0;
  #gathering: NodeJS.Timeout | undefined;
  #closed = false;

  readonly counts = this.#passOn('counts');
  readonly statistics = this.#passOn('statistics');
  readonly health = this.#passOn('health');
  readonly failureGroups = this.#passOn('failureGroups');
  readonly histogram = this.#passOn('histogram');
  readonly waits = this.#passOn('waits');
  readonly failures = this.#passOn('failures');
  readonly parkedCount = this.#passOn('parkedCount');
  readonly replayCount = this.#passOn('replayCount');
  readonly replayBatch = this.#passOn('replayBatch');
  readonly emittableCount = this.#passOn('emittableCount');
  readonly emittableBatch = this.#passOn('emittableBatch');
  readonly missed = this.#passOn('missed');
  readonly replays = this.#passOn('replays');
  /** The number that each handler of the log had last, by node id. */
  readonly handlerNumbers = this.#passOn('handlerNumbers');

  constructor(options: SqliteLogOptions) {
    this.#options = options;
  }

  async executions(filter: ExecutionFilter, page: PageRequest): Promise<Page<ExecutionRow>> {
    const { items, nextCursor } = await this.#ask('executions', filter, windowOf('executions', filter, page));
    return { items: items.map((item) => this.#shown(item)), nextCursor };
  }

  async execution(id: string): Promise<ExecutionDetails> {
    const found = await this.#ask('execution', id);
    if (!found) throw new NotFound(`there is no execution ${id}: it may have been pruned`);
    return this.#shown(found);
  }

  async events(filter: EventFilter, page: PageRequest): Promise<Page<EventRow>> {
    return this.#ask('events', filter, windowOf('events', filter, page));
  }

  async event(id: string): Promise<EventDetails> {
    const found = await this.#ask('event', id);
    if (!found) throw new NotFound(`there is no event ${id}: it may have been pruned`);
    return { ...found, executions: found.executions.map((execution) => this.#shown(execution)) };
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

  #shown<Row extends ReadExecution>({
    blocked,
    ...row
  }: Row): Omit<Row, 'blocked'> & { parkedFor: ParkedFor | null } {
    const parkedFor = row.status === 'parked' ? this.#options.parkedFor(row.handler.id, blocked) : null;
    return { ...row, parkedFor, nextAttemptAt: parkedFor === 'retry' ? row.nextAttemptAt : null };
  }

  /** A question that the reader answers as it is. */
  #passOn<Name extends keyof Queries>(query: Name) {
    return (...args: Parameters<Queries[Name]>) => this.#ask(query, ...args);
  }

  #ask<Name extends keyof Queries>(
    query: Name,
    ...args: Parameters<Queries[Name]>
  ): Promise<Awaited<ReturnType<Queries[Name]>>> {
    const read = () => this.#read(query, args);
    return this.#options.whileRead?.(read) ?? read();
  }

  async #read<Name extends keyof Queries>(
    query: Name,
    args: Parameters<Queries[Name]>,
  ): Promise<Awaited<ReturnType<Queries[Name]>>> {
    if (this.#closed) throw new Unavailable('the execution log is closed');
    this.#asked += 1;
    this.#post({ id: this.#asked, query, args });
    this.#worker?.ref();
    return this.#pending.ask(this.#asked) as Promise<Awaited<ReturnType<Queries[Name]>>>;
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
    else this.#pending.settle(answer.id, unreadable(answer.failure));
    if (this.#pending.size === 0 && !this.#closed) this.#worker?.unref();
  }

  #refuse(why: string): void {
    this.#pending.refuse(unreadable(why));
  }
}

function unreadable(why: string): Unavailable {
  return new Unavailable(`the execution log can not be read: ${why}`);
}

function windowOf(
  list: List,
  { from, to }: Pick<ExecutionFilter, 'from' | 'to'>,
  { limit, cursor }: PageRequest,
): Window {
  return { from, to, limit, after: cursor === undefined ? undefined : positionOf(list, cursor) };
}
