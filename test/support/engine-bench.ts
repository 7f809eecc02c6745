import { rmSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { sqliteStore } from '../../src/engine/store/sqlite/sqlite-store.ts';
import { journalRows, LeftFiles, storedRows } from './journal-rows.ts';
import { StoreBench } from './store-bench.ts';
import { journalFolder } from './temporary-folder.ts';
import type { WatchedStore } from './watched-store.ts';

export * from './made-call.ts';

/** An engine whose registry is kept in a folder. */
export class EngineBench extends StoreBench {
  readonly folder = journalFolder('engine-');
  /** Whether plain events are drafts at first. */
  drafts = true;
  readonly #threads = new Set<Worker>();
  readonly #onThread = (thread: Worker) => this.#threads.add(thread);

  constructor() {
    super();
    process.on('worker', this.#onThread);
  }

  protected get place() {
    return sqliteStore(this.folder, { drafts: this.drafts });
  }

  select<Row>(sql: string): Row[] {
    return journalRows(this.folder, sql);
  }

  /** Rows of the journal's file. */
  stored<Row>(sql: string): Row[] {
    return storedRows(this.folder, sql);
  }

  override async end(): Promise<void> {
    await super.end();
    process.off('worker', this.#onThread);
    rmSync(this.folder, { recursive: true, force: true });
  }

  protected async kill(store: WatchedStore | undefined): Promise<void> {
    const left = store && new LeftFiles(this.folder);
    await store?.crash();
    left?.putBack();
  }

  /** Ends every thread of the journal. */
  protected async takeAway(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
    this.#threads.clear();
  }
}
