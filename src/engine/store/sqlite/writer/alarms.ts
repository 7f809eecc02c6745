import type { DatabaseSync } from 'node:sqlite';
import type { KeptAlarm } from '../../journal.ts';

/** Keeps the alarms that hold and have been told of. */
export function alarmsOn(db: DatabaseSync) {
  const keep = db.prepare(
    `insert into alarms(watch, key, alarm) values(?, ?, ?)
     on conflict(watch, key) do update set alarm = excluded.alarm`,
  );
  const remove = db.prepare('delete from alarms where watch = ? and key = ?');
  return {
    save({ watch, key, alarm }: KeptAlarm): void {
      if (alarm === null) remove.run(watch, key);
      else keep.run(watch, key, alarm);
    },
  };
}
