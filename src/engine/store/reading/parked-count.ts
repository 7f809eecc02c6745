import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { ExecutionFilter, ParkedCount } from '../../log.ts';
import type { Position } from '../../reading/cursor.ts';
import type { Statements } from '../statements.ts';
import type { ExecutionQueries } from './execution-queries.ts';

const foundAtOnce = 2000;

/** Counts what is parked and matches a filter, up to an execution. */
export function parkedCountOn(statements: Statements, executions: ExecutionQueries) {
  return async (filter: ExecutionFilter, asked?: number): Promise<ParkedCount> => {
    const last = statements.of('select max(seq) as last from executions').get();
    const upTo = asked ?? Number(last?.['last'] ?? 0);
    let matched = 0;
    let after: Position | undefined;
    do {
      const window = { from: filter.from, to: filter.to, limit: foundAtOnce, after };
      const { found, next } = await executions.positions({ ...filter, status: ['parked'] }, window);
      matched += found.filter(([, seq]) => seq <= upTo).length;
      after = next ?? undefined;
      await yieldToOthers();
    } while (after);
    return { matched, upTo };
  };
}
