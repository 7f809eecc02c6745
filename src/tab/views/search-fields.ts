import {
  type EventStatus,
  type ExecutionStatus,
  eventStatuses,
  executionStatuses,
} from '../../engine/words/execution.ts';
import type { App } from '../app.ts';
import type { EventFilter, HandlerFilter, LogFilter } from '../data/filters.ts';
import { eventTypesOf } from '../editor/catalogue.ts';
import { editedHandlers } from '../editor/flow-nodes.ts';
import { visible } from '../text/visible.ts';
import type { Field } from './search-bar.ts';

type Options = readonly (readonly [value: string, label: string])[];

/** The fields of the log's advanced search. */
export function logFields(app: App): readonly Field<LogFilter>[] {
  const { text } = app;
  const handlers = shownHandlers(app).map(({ id, name }) => [id, visible(name || id)] as const);
  const statuses: readonly ExecutionStatus[] = executionStatuses.filter((status) => status !== 'pending');
  return [
    { name: 'eventType', label: text('column.event'), kind: 'text', options: eventTypeOptions(app) },
    {
      name: 'handler',
      label: text('column.handler'),
      kind: 'select',
      options: [['', text('any')], ...handlers],
    },
    {
      name: 'status',
      label: text('column.status'),
      kind: 'select',
      options: [['', text('any')], ...statuses.map((status) => [status, text(`status.${status}`)] as const)],
    },
    { name: 'objectId', label: text('column.object'), kind: 'text' },
    { name: 'from', label: text('search.from'), kind: 'time' },
    { name: 'to', label: text('search.to'), kind: 'time' },
    { name: 'eventId', label: text('search.eventId'), kind: 'text' },
  ];
}

/** The fields of the events' advanced search. */
export function eventFields(app: App): readonly Field<EventFilter>[] {
  const { text } = app;
  const statuses: readonly EventStatus[] = eventStatuses;
  return [
    { name: 'eventType', label: text('column.event'), kind: 'text', options: eventTypeOptions(app) },
    {
      name: 'status',
      label: text('column.status'),
      kind: 'select',
      options: [
        ['', text('any')],
        ...statuses.map((status) => [status, text(`eventStatus.${status}`)] as const),
      ],
    },
    { name: 'from', label: text('search.from'), kind: 'time' },
    { name: 'to', label: text('search.to'), kind: 'time' },
  ];
}

/** The fields of the handlers' advanced search. */
export function handlerFields(app: App): readonly Field<HandlerFilter>[] {
  const { text } = app;
  return [
    { name: 'eventType', label: text('column.event'), kind: 'text', options: eventTypeOptions(app) },
    {
      name: 'type',
      label: text('search.type'),
      kind: 'select',
      options: [
        ['', text('any')],
        ['http', text('type.http')],
        ['local', text('type.local')],
        ['flow', text('type.flow')],
      ],
    },
    {
      name: 'status',
      label: text('column.status'),
      kind: 'select',
      options: [
        ['', text('search.notArchived')],
        ['enabled', text('flag.enabled')],
        ['held', text('flag.held')],
        ['disabled', text('flag.disabled')],
        ['archived', text('flag.archived')],
      ],
    },
  ];
}

function eventTypeOptions({ registries, navigation }: App): Options {
  const ids = navigation.registry ? [navigation.registry] : registries.items.map(({ id }) => id);
  return eventTypesOf(ids).map(({ id, title }) => [id, title]);
}

function shownHandlers({ navigation }: App) {
  const { registry } = navigation;
  return editedHandlers()
    .filter((handler) => registry === '' || handler.registry === registry)
    .sort((a, b) => a.name.localeCompare(b.name));
}
