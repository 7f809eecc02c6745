import type { Page } from '../../words/admin-answers.ts';
import { cursorOf } from './cursor.ts';
import type { Positions } from './page-bounds.ts';
import type { ReadExecution } from './rows.ts';

/** What a page may carry of responses and errors, in characters; it ends early then. */
const pageVolume = 2_000_000;
/** Rows that are read at a time: each may be long. */
const readAtOnce = 25;
/** An event's executions that are looked at or told of at a time. */
export const mostOfEvent = 1000;

type Read<Row> = (seqs: readonly number[]) => readonly Row[] | Promise<readonly Row[]>;

/** A page of what was found: its rows, as far as they are there and there is room for them. */
export async function pageOfExecutions(
  { found, next }: Positions,
  read: Read<ReadExecution>,
): Promise<Page<ReadExecution>> {
  const items: ReadExecution[] = [];
  let volume = 0;
  for (let first = 0; first < found.length; first += readAtOnce) {
    const some = found.slice(first, first + readAtOnce);
    const rows = new Map((await read(some.map(([, seq]) => seq))).map((row) => [row.seq, row]));
    for (const [index, position] of some.entries()) {
      const item = rows.get(position[1]);
      if (!item) continue;
      items.push(item);
      volume += (item.response?.length ?? 0) + (item.error?.length ?? 0);
      if (volume > pageVolume && first + index + 1 < found.length)
        return { items, nextCursor: cursorOf('executions', position) };
    }
  }
  return { items, nextCursor: next && cursorOf('executions', next) };
}
