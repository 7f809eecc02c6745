import { isUnsettled } from '../../../../rules/chain.ts';
import { messageOf } from '../../../../words/errors.ts';
import type { EventRow, ExecutionRow, Rows } from '../../../operations/rows.ts';
import type { Kept } from '../../../operations/shared.ts';
import { type Stage, stage } from '../../../stage.ts';
import type { Draft } from './drafts.ts';

type Tables = Pick<Rows, 'addEvent' | 'addExecution' | 'failureGroup'>;

/**
 * Writes the rows of drafts. An execution of which not all can be kept has failed, for all to see: the others, and
 * other events, are not held up by it.
 */
export function draftWritingOn(tables: Tables, isolated: Kept['isolated']) {
  function write({ event, executions }: Draft): void {
    isolated(
      () => {
        tables.addEvent(event);
        for (const one of executions) tables.addExecution(one);
      },
      (error) => writeLess(event, executions, messageOf(error)),
    );
  }

  function writeLess(event: EventRow, executions: readonly ExecutionRow[], why: string): void {
    const refused = executions.filter((one) => !isKept(() => tables.addExecution(one)));
    for (const one of refused) isKept(() => tables.addExecution(failed(one, event, why)));
    tables.addEvent({ ...event, stage: refused.length > 0 ? stageWithout(event.stage) : event.stage });
  }

  function isKept(add: () => void): boolean {
    return isolated(
      () => {
        add();
        return true;
      },
      () => false,
    );
  }

  function failed(one: ExecutionRow, { acceptedAt }: EventRow, why: string): ExecutionRow {
    const error = `${isUnsettled(one.status) ? '' : 'the handler was called, but '}what came of it could not be kept: ${why}`;
    return {
      ...one,
      status: 'failed',
      error,
      response: null,
      requestHeaders: null,
      responseHeaders: null,
      sentBody: null,
      startedAt: one.startedAt ?? acceptedAt,
      failureGroup: tables.failureGroup(one.handler.id, null, error),
    };
  }

  return write;
}

function stageWithout(at: Stage): Stage {
  return at === stage.succeeded ? stage.failed : at;
}
