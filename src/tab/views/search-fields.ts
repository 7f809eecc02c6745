import { eventTypesOf } from '../../editor/dialog-plugin.ts';
import { eventStatuses, shownStatuses, unresolved } from '../../engine/words/execution.ts';
import { handlerStatuses, handlerTypes } from '../../engine/words/handler-settings.ts';
import type { App } from '../app.ts';
import { type EventFilter, failedOrWaiting, type HandlerFilter, type LogFilter } from '../data/filters.ts';
import { isShown } from '../data/shown-registries.ts';
import { editedHandlers } from '../editor/flow-nodes.ts';
import { nameOf } from '../text/visible.ts';
import type { Field } from './search.ts';

/** The fields of the log's advanced search. */
export function logFields(app: App): readonly Field<LogFilter>[] {
  const { text } = app;
  const handlers = shownHandlers(app).map((one) => [one.id, nameOf(one)] as const);
  const open = [unresolved, text('status.unresolved')] as const;
  const failing = [failedOrWaiting, text('status.unresolvedOrParked')] as const;
  return [
    eventTypeField(app),
    select('handler', text('column.handler'), [['', text('any')], ...handlers]),
    select('status', text('column.status'), [
      ['', text('any')],
      open,
      failing,
      ...named(app, 'status', shownStatuses),
    ]),
    { name: 'objectId', label: text('column.object'), kind: 'text' },
    ...timeFields(app),
    { name: 'code', label: text('execution.code'), kind: 'text', options: codeOptions(app) },
    { name: 'minDurationMs', label: text('search.minDuration'), kind: 'text' },
    { name: 'maxDurationMs', label: text('search.maxDuration'), kind: 'text' },
    { name: 'eventId', label: text('search.eventId'), kind: 'text' },
    { name: 'kind', label: text('failures.kind'), kind: 'text' },
  ];
}

/** The fields of the events' advanced search. */
export function eventFields(app: App): readonly Field<EventFilter>[] {
  const { text } = app;
  return [
    eventTypeField(app),
    select('status', text('column.status'), [['', text('any')], ...named(app, 'eventStatus', eventStatuses)]),
    ...timeFields(app),
  ];
}

/** The fields of the handlers' advanced search. */
export function handlerFields(app: App): readonly Field<HandlerFilter>[] {
  const { text } = app;
  return [
    eventTypeField(app),
    select('type', text('search.type'), [['', text('any')], ...named(app, 'type', handlerTypes)]),
    select('status', text('column.status'), [
      ['', text('search.notArchived')],
      ...named(app, 'flag', handlerStatuses),
    ]),
  ];
}

type Options = readonly (readonly [value: string, label: string])[];

function select<Name extends string>(name: Name, label: string, options: Options) {
  return { name, label, kind: 'select', options } as const;
}

/** Words, each with the text that the locales have for it. */
function named({ text }: App, texts: string, words: readonly string[]): Options {
  return words.map((word) => [word, text(`${texts}.${word}`)]);
}

function eventTypeField(app: App) {
  const { text, registries } = app;
  const shown = registries.items.map(({ id }) => id).filter((registry) => isShown(app, { registry }));
  const options = eventTypesOf(...shown).map(({ id, title }) => [id, title] as const);
  return { name: 'eventType', label: text('column.event'), kind: 'text', options } as const;
}

function codeOptions({ text }: App): Options {
  const classes = ['2xx', '3xx', '4xx', '5xx'].map((one) => [one, `HTTP ${one}`] as const);
  return [...classes, ['none', text('search.noCode')]];
}

function timeFields({ text }: App) {
  return [
    { name: 'from', label: text('search.from'), kind: 'time' },
    { name: 'to', label: text('search.to'), kind: 'time' },
  ] as const;
}

function shownHandlers(app: App) {
  return editedHandlers()
    .filter((handler) => isShown(app, handler))
    .sort((a, b) => a.name.localeCompare(b.name));
}
