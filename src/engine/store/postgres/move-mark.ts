import { JournalError } from '../journal-error.ts';
import { type MoveMark, moveKey, moveMarkFrom, whyMarked } from '../move-mark.ts';
import { type Query, quoted } from './connection.ts';
import { buryAll } from './members.ts';

const sql = {
  mark: 'select value from meta where key = $1',
  set: 'insert into meta values($1, $2) on conflict(key) do update set value = excluded.value',
  clear: 'delete from meta where key = $1',
};

export async function markIn(query: Query): Promise<MoveMark | null> {
  const [row] = await query(sql.mark, [moveKey]);
  return moveMarkFrom(row?.['value']);
}

/** @param mark null: it takes part in no move any more */
export async function setMark(query: Query, mark: MoveMark | null): Promise<void> {
  if (mark) await query(sql.set, [moveKey, JSON.stringify(mark)]);
  else await query(sql.clear, [moveKey]);
}

/**
 * Marks a schema, which nobody opens from then on, where nobody has it open, and it is as it is to be.
 * @param check throws if it is not
 * @throws JournalError naming an instance that uses it
 */
export async function reserve(query: Query, mark: MoveMark, check?: () => Promise<void>): Promise<void> {
  await buryAll(query);
  const before = await markIn(query);
  await setMark(query, mark);
  try {
    // Who came meanwhile may have seen no mark; who comes now sees it.
    await buryAll(query);
    await check?.();
  } catch (error) {
    await setMark(query, before);
    throw error;
  }
}

/** @throws JournalError while the registry is being moved, or once it was moved elsewhere */
export async function refuseMarked(query: Query, schema: string): Promise<void> {
  const mark = await markIn(query);
  if (!mark) return;
  const drop = `drop schema ${quoted(schema)} cascade`;
  const giveUp = `delete from ${quoted(schema)}.meta where key = '${moveKey}'`;
  const why = whyMarked(
    mark,
    `take provisioning.postgres out of settings.js. What is left here goes by ${drop}`,
  );
  throw new JournalError('failed', mark.state === 'leaving' ? `${why}; or go on here by ${giveUp}` : why);
}
