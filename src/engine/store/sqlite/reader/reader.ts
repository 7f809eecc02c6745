import { join } from 'node:path';
import { setTimeout as sleep, setImmediate as yieldToOthers } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../../words/errors.ts';
import { JournalError } from '../../journal-error.ts';
import { indexingTime, pauseAfter } from '../search/indexing-pace.ts';
import type { FromReader, ToReader } from './protocol.ts';
import { type OpenQueries, openQueries, type Queries } from './queries.ts';

const folder = String(workerData);

/** Ms between two looks for slices of the text index that are pruned. */
const compactionPause = 60_000;

let open: OpenQueries | undefined;
let closed = false;
let indexing = false;
let touched = Number.NEGATIVE_INFINITY;
let compacted = Number.NEGATIVE_INFINITY;

/** Opened again when it failed: the journal may be there by now. */
function opened(): OpenQueries {
  if (closed) throw new Error('it is closed');
  open ??= openQueries(folder);
  return open;
}

async function answer(id: number, query: keyof Queries, args: readonly unknown[]): Promise<void> {
  try {
    const ask = opened().queries[query] as (...given: readonly unknown[]) => unknown;
    send({ id, value: await ask(...args) });
  } catch (error) {
    send({ id, failure: failureOf(error) });
  }
}

/** Whoever reads moves nothing aside: only who writes the journal, where he meets it. */
function failureOf(error: unknown): string {
  const { kind, message } = JournalError.from(error, folder);
  if (kind !== 'damaged') return message;
  const file = join(folder, 'journal.sqlite');
  return `journal.sqlite is damaged where this stands, and goes on to be written elsewhere: stop Node-RED and recover it with "sqlite3 ${file} .recover", or restore a backup (${messageOf(error)})`;
}

/** Catches up with what has been touched. What fails is tried again at the next touch. */
async function catchUp(): Promise<void> {
  if (indexing) return;
  indexing = true;
  try {
    for (;;) {
      const indexed = opened().index.advance(indexingTime);
      if (!indexed) break;
      await sleep(pauseAfter(indexed, performance.now() - touched));
    }
    if (performance.now() - compacted > compactionPause) {
      compacted = performance.now();
      while (opened().index.compact()) await yieldToOthers();
    }
  } catch {
    // A search by text tells what is wrong; nobody has asked for one now.
  } finally {
    indexing = false;
  }
}

function send(message: FromReader): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToReader) => {
  if ('query' in message) void answer(message.id, message.query, message.args);
  else if ('touched' in message) {
    touched = performance.now();
    void catchUp();
  } else {
    closed = true;
    open?.close();
    parentPort?.close();
  }
});
void catchUp();
