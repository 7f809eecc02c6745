import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { FailureGroup, FailureGroups } from '../../../words/admin-answers.ts';
import type { FailuresRequest } from '../../log/ranges.ts';
import {
  add,
  type Counted,
  type Counts,
  countedAtOnce,
  largest,
  mostLookedAt,
  mostTime,
  type Newest,
  newestColumns,
  nothingCounted,
  shownGroup,
  shownGroups,
} from '../../reading/failure-counts.ts';
import type { Statements } from '../statements.ts';

/** Ms after which other questions go between. */
const yieldAfter = 10;

const failures = 'from executions indexed by failures where failure_group is not null and status in (2, 4)';
const ofGroup = `${failures} and failure_group = :group and started_at >= :from and started_at < :to`;

/**
 * Counts failures by handler and kind, along the one index that holds them and all that is asked of them. Each look is
 * short: it holds up neither the journal nor, for longer, other questions.
 */
export function failureGroupsOn(statements: Statements) {
  return async (request: FailuresRequest): Promise<FailureGroups> => {
    const began = performance.now();
    const mayGoOn = otherQuestionsBetween(began + mostTime);
    const groups: Counted[] = [];
    let complete = true;
    let looked = 0;
    for (const id of idsOf(request)) {
      for (const group of countedIn(id, request)) {
        if (groups.at(-1) !== group) groups.push(group);
        complete = await mayGoOn();
        if (!complete) break;
      }
      looked += 1;
      complete = complete && looked < mostLookedAt && (await mayGoOn());
      if (!complete) break;
    }
    const items = largest(groups).flatMap((group) => shown(group, request) ?? []);
    return shownGroups(request, groups, items, complete);
  };

  /** Of the groups that there are failures of, whenever they began. */
  function* idsOf({ handler }: FailuresRequest): Generator<number> {
    if (handler !== undefined) {
      const own = statements.of('select id from failure_groups where handler_id = ?');
      for (const { id } of own.all(handler)) yield Number(id);
      return;
    }
    const next = statements.of(
      `select failure_group as id ${failures} and failure_group > ? order by failure_group limit 1`,
    );
    for (let row = next.get(0); row; row = next.get(Number(row['id']))) yield Number(row['id']);
  }

  /** Counts a group, and gives it after each piece: a step of it, or a part of a long one. */
  function* countedIn(id: number, request: FailuresRequest): Generator<Counted> {
    const { to, step } = request;
    const group = nothingCounted(id, request);
    const asked = (from: number, to: number) => ({ group: id, from, to, ...typeOf(request) });
    const next = statements.of(`select started_at as at ${ofGroupIn(request)} order by started_at limit 1`);
    for (let from = request.from; ; ) {
      const begins = next.get(asked(from, to))?.['at'];
      if (typeof begins !== 'number') return;
      from = begins;
      // Where one step has failures, the next one has some most often: it is not looked for.
      for (let found = true; found && from < to; ) {
        const index = Math.floor((from - request.from) / step);
        const ends = Math.min(request.from + (index + 1) * step, to);
        for (found = false; from < ends; ) {
          const piece = countedPiece(request, asked(from, ends));
          add(group, index, piece);
          found ||= piece.count > 0;
          from = piece.ends;
          if (group.count > 0) yield group;
        }
      }
    }
  }

  /** So many failures, but all of a ms; `ends` is where the next piece begins. */
  function countedPiece(
    request: FailuresRequest,
    asked: { readonly from: number; readonly to: number },
  ): Piece {
    const among = ofGroupIn(request);
    const beyond = statements
      .of(`select started_at as at ${among} order by started_at limit 1 offset ${countedAtOnce}`)
      .get(asked)?.['at'];
    const ends = typeof beyond === 'number' ? Math.max(beyond, asked.from + 1) : asked.to;
    const counted = statements
      .of(
        `select count(*) as count, total(status = 2) as waiting,
         total(status = 4 and replayed_as is null and passed_by = 0) as unresolved, min(started_at) as first, max(started_at) as last
         ${among}`,
      )
      .get({ ...asked, to: ends }) as unknown as Omit<Piece, 'ends'>;
    return { ...counted, ends };
  }

  function shown(group: Counted, request: FailuresRequest): FailureGroup | undefined {
    const { id, last } = group;
    const newest = statements
      .of(`select seq ${ofGroupIn(request)} order by started_at desc, seq desc limit 1`)
      .get({ group: id, from: last, to: last + 1, ...typeOf(request) });
    const row = statements
      .of(`select ${newestColumns} from executions where seq = ?`)
      .get(newest?.['seq'] ?? 0) as unknown as Newest | undefined;
    // It was pruned since it was counted.
    return row && shownGroup(group, row);
  }
}

type Piece = Counts & { readonly ends: number };

function ofGroupIn({ eventType }: FailuresRequest): string {
  return eventType === undefined ? ofGroup : `${ofGroup} and event_type = :eventType`;
}

function typeOf({ eventType }: FailuresRequest): { readonly eventType?: string } {
  return eventType === undefined ? {} : { eventType };
}

/** @returns what lets others go between now and then, and tells whether there is time left */
function otherQuestionsBetween(deadline: number): () => Promise<boolean> {
  let yielded = performance.now();
  return async () => {
    if (performance.now() - yielded >= yieldAfter) {
      await yieldToOthers();
      yielded = performance.now();
    }
    return yielded < deadline;
  };
}
