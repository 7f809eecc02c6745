import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { ParkedCount } from '../log/bulk.ts';
import type { ExecutionFilter } from '../log/filter.ts';
import type { Position } from './cursor.ts';
import type { LogRows } from './log-rows.ts';

const foundAtOnce = 2000;

/** Counts what is parked and matches a filter, up to an execution. */
export function parkedCountOn(rows: LogRows) {
  return async (filter: ExecutionFilter, asked?: number): Promise<ParkedCount> => {
    const upTo = asked ?? (await rows.last('executions'));
    let matched = 0;
    let after: Position | undefined;
    do {
      const window = { from: filter.from, to: filter.to, limit: foundAtOnce, after };
      const { found, next } = await rows.executions({ ...filter, status: ['parked'] }, window);
      matched += found.filter(([, seq]) => seq <= upTo).length;
      after = next ?? undefined;
      await yieldToOthers();
    } while (after);
    return { matched, upTo };
  };
}
