import { html, nothing, type TemplateResult } from 'lit';
import type { EventStatus, ExecutionRow, ExecutionStatus } from '../../engine/words/execution.ts';
import type { HandlerStatus } from '../../engine/words/handler-settings.ts';
import type { App } from '../app.ts';
import type { Standing } from '../data/handler-rows.ts';
import { oneLine, visible } from '../text/visible.ts';

type Shape = readonly [icon: string, tone: 'good' | 'bad' | 'busy' | 'waiting' | 'calm'];

const shapes: Readonly<Record<ExecutionStatus | EventStatus, Shape>> = {
  pending: ['fa-circle-o', 'calm'],
  waiting: ['fa-clock-o', 'busy'],
  running: ['fa-play-circle-o', 'busy'],
  parked: ['fa-pause-circle', 'waiting'],
  succeeded: ['fa-check-circle', 'good'],
  failed: ['fa-times-circle', 'bad'],
  skipped: ['fa-arrow-circle-o-right', 'calm'],
  unhandled: ['fa-question-circle-o', 'calm'],
  unclaimed: ['fa-exclamation-triangle', 'waiting'],
  cancelled: ['fa-ban', 'calm'],
};

const standingShapes: Readonly<Record<Exclude<Standing, 'deployed'>, Shape>> = {
  new: ['fa-plus-circle', 'busy'],
  changed: ['fa-circle', 'busy'],
  deleted: ['fa-minus-circle', 'waiting'],
  off: ['fa-power-off', 'calm'],
  refused: ['fa-exclamation-triangle', 'bad'],
};

export const flagIcons: Readonly<Record<HandlerStatus, string>> = {
  enabled: 'fa-toggle-on',
  held: 'fa-pause',
  disabled: 'fa-toggle-off',
  archived: 'fa-archive',
};

/** A status as shape and word; colour only underlines it. */
export function mark([icon, tone]: Shape, word: string, note?: string): TemplateResult {
  return html`<span class="nrp-mark nrp-${tone}" title=${note ?? nothing}
    ><i class="fa ${icon}" aria-hidden="true"></i> <span>${word}</span></span
  >`;
}

type Turn = Pick<ExecutionRow, 'status' | 'parkedFor' | 'nextAttemptAt' | 'circuit' | 'missing'>;

export function executionMark(app: App, execution: Turn): TemplateResult {
  return mark(
    shapes[execution.status],
    executionWord(app, execution),
    whatItWaitsFor(app, execution) || undefined,
  );
}

/** The word of an execution's mark. */
export function executionWord({ text }: App, { status, parkedFor, missing }: Turn): string {
  if (missing) return text(`missing.mark.${missing.why}`);
  return text(status === 'parked' && parkedFor ? `parked.${parkedFor}` : `status.${status}`);
}

/** Why an execution is parked, since when, and when it is tried again, as far as that is known; '' where it is not. */
export function whatItWaitsFor(app: App, turn: Turn): string {
  const { status, parkedFor, nextAttemptAt, circuit, missing } = turn;
  if (status !== 'parked' || !parkedFor) return '';
  const { text, formats } = app;
  return [
    missing
      ? text(`missing.whole.${missing.why}`, { problem: visible(missing.problem ?? '') })
      : text(`parkedFor.${parkedFor}`),
    circuit ? circuitFacts(app, circuit).join(' ') : '',
    nextAttemptAt ? text('next', { time: formats.absolute(nextAttemptAt) }) : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** Why nobody is called for an execution whose handler is missing, in a line; undefined of any other. */
export function whyMissing({ text }: App, { missing }: Pick<ExecutionRow, 'missing'>): string | undefined {
  if (!missing) return undefined;
  return missing.problem === null ? text(`missing.brief.${missing.why}`) : briefRefusal(missing.problem);
}

/** What is wrong with a handler that is refused, where it stands whose it is. */
export function briefRefusal(problem: string): string {
  return oneLine(problem.replace(/^handler ".*?": /, ''), 400);
}

/** Why a circuit is open, since when, and when it is tried next; a sentence each, without what is not known. */
export function circuitFacts(
  { text, formats }: App,
  { error, since, nextProbeAt }: NonNullable<ExecutionRow['circuit']>,
): readonly string[] {
  return [
    error ? text('why.cause', { cause: oneLine(error) }) : '',
    since ? text('why.since', { time: formats.absolute(since) }) : '',
    nextProbeAt ? text('why.probe', { time: formats.absolute(nextProbeAt) }) : '',
  ].filter(Boolean);
}

export function eventMark({ text }: App, status: EventStatus): TemplateResult {
  return mark(shapes[status], text(`eventStatus.${status}`), text(`eventHint.${status}`));
}

/** @param why what the runtime says is wrong with it */
export function deployMark(app: App, standing: Standing, why?: string): TemplateResult | typeof nothing {
  if (standing === 'deployed') return nothing;
  return mark(
    standingShapes[standing],
    deployWord(app, standing),
    [app.text(`markHint.${standing}`), why].filter(Boolean).join('\n'),
  );
}

/** The word of a handler's mark; '' where it is as deployed. */
export function deployWord({ text }: App, standing: Standing): string {
  return standing === 'deployed' ? '' : text(`mark.${standing}`);
}
