import type { Alarm } from '../words/alarm.ts';
import type { Context } from './context.ts';

/**
 * The alarms that watches have told of and that hold, by watch node. They are kept, so that none is told twice over a
 * deploy or a restart, and each is told to have ended.
 */
export function toldAlarmsOn({
  journal,
  persist,
  onError,
}: Pick<Context, 'journal' | 'persist' | 'onError'>) {
  const told = new Map<string, Map<string, Alarm>>();
  for (const { watch, key, alarm } of journal.found.alarms) of(watch).set(key, JSON.parse(alarm));

  function of(watch: string): Map<string, Alarm> {
    const known = told.get(watch) ?? new Map<string, Alarm>();
    told.set(watch, known);
    return known;
  }

  function keep(watch: string, key: string, alarm: Alarm | null): void {
    if (alarm) of(watch).set(key, alarm);
    else of(watch).delete(key);
    // As it is now: what comes late does not bring back what it was.
    const save = () => journal.saveAlarm({ watch, key, alarm: asText(of(watch).get(key)) });
    persist(save).catch(onError);
  }

  return {
    watches: (): readonly string[] => [...told.keys()],
    of: (watch: string): ReadonlyMap<string, Alarm> => of(watch),
    keep,
    /** The node is gone. */
    forget(watch: string): void {
      for (const key of [...of(watch).keys()]) keep(watch, key, null);
      told.delete(watch);
    },
  };
}
export type ToldAlarms = ReturnType<typeof toldAlarmsOn>;

function asText(alarm: Alarm | undefined): string | null {
  return alarm ? JSON.stringify(alarm) : null;
}
