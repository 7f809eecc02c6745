import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { JournalError } from '../journal-error.ts';
import { startThread } from './thread.ts';
import type { FromWriter, WriterData } from './writer/protocol.ts';

export type Opened = Extract<FromWriter, { readonly opened: unknown }>['opened'];

/**
 * Starts the thread that writes a journal. It loads nothing that takes long, such as Zod, for it is waited for.
 * @throws JournalError saying what to do, when it can't open it
 */
export async function startWriter(
  data: WriterData,
): Promise<{ readonly worker: Worker; readonly opened: Opened }> {
  const worker = startThread('writer/writer', data);
  const message = await firstMessage(worker);
  if ('opened' in message) return { worker, opened: message.opened };
  if ('refused' in message) throw new JournalError(message.refused.kind, message.refused.message);
  throw new JournalError('failed', `${data.folder}: the writer answered out of turn`);
}

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
